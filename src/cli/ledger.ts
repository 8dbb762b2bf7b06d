import { Command, Option } from 'commander'
import {
  type CheckFileOptions,
  checkLedgerFiles,
  exportReceipt,
  findLedger,
} from '../app/ledger-files.ts'
import { currentCheckpoint } from '../app/read-receipts.ts'
import {
  aboutLedger,
  aboutReceipts,
  type LedgerOptions,
  type ReceiptsOptions,
} from './about-ledger.ts'
import { type Answer, answer, EXIT } from './command.ts'
import { bundleCommand } from './ledger-bundle.ts'
import { eraseCommand, holdCommand, payloadCommand, pruneCommand } from './ledger-privacy.ts'
import { reindexCommand, showCommand, timelineCommand } from './ledger-queries.ts'
import { recoverCommand } from './ledger-recover.ts'
import { verdictText } from './ledger-text.ts'
import { exportTilesCommand } from './ledger-tiles.ts'
import { endProgress, showProgress } from './progress-line.ts'

const MEBIBYTE = 1024 * 1024

/** `portcullis ledger …`: a file for each thing that can be done with receipts. */
export function ledgerCommand(): Command {
  return new Command('ledger')
    .description('check, read and export the receipts; erase, hold')
    .addCommand(fsckCommand())
    .addCommand(showCommand())
    .addCommand(timelineCommand())
    .addCommand(exportCommand())
    .addCommand(exportTilesCommand())
    .addCommand(checkpointCommand())
    .addCommand(recoverCommand())
    .addCommand(reindexCommand())
    .addCommand(payloadCommand())
    .addCommand(eraseCommand())
    .addCommand(holdCommand())
    .addCommand(pruneCommand())
    .addCommand(bundleCommand())
}

interface FsckOptions extends LedgerOptions, CheckFileOptions {}

function fsckCommand(): Command {
  return aboutLedger({
    name: 'fsck',
    summary: 'check every byte, receipt, head and signature of the ledger (exit 1 if wrong)',
    examples: [
      'portcullis ledger fsck --remember ~/ledger.head',
      'portcullis ledger fsck --ledger /backup/ledger --key ledger.vkey --head ledger.head',
    ],
  })
    .option('--key <file>', 'the public keys, a line each (default: keys/ledger.vkey)')
    .option('--remember <file>', 'compare with the checkpoint in this file, then keep the new one')
    .addOption(
      new Option('--head <file>', 'compare with the checkpoint in this file').conflicts('remember'),
    )
    .option('--index', 'also compare the index with the segments (some ten times as slow)')
    .action((options: FsckOptions) => answer(options.json, () => checkWhole(options)))
}

async function checkWhole(options: FsckOptions): Promise<Answer> {
  const progress = process.stderr.isTTY ? { onProgress: showShare } : {}
  const verdict = await checkLedgerFiles(findLedger(options), { ...options, ...progress })
  endProgress()
  const exit = verdict.ok ? EXIT.ok : EXIT.failed
  return { json: verdict, text: verdictText(verdict), exit }
}

function showShare(bytes: number, of: number): void {
  showProgress('MiB checked', Math.floor(bytes / MEBIBYTE), Math.ceil(of / MEBIBYTE))
}

function exportCommand(): Command {
  return aboutReceipts({
    name: 'export <id|seq>',
    summary: 'one receipt with its proof: a file that verifies anywhere, offline',
    examples: ['portcullis ledger export 42 --out receipt.json'],
  })
    .option('--out <file>', 'write it there instead of to standard output')
    .action((which: string, options: ReceiptsOptions & { readonly out?: string }) =>
      answer(options.json, async () => {
        const portable = await exportReceipt(findLedger(options).directory, which, options)
        const text = options.out === undefined ? portable : `written to ${options.out}`
        return { json: { file: options.out ?? null, portable }, text }
      }),
    )
}

function checkpointCommand(): Command {
  return aboutLedger({
    name: 'checkpoint',
    summary: 'the last signed checkpoint: what an auditor remembers',
    examples: ['portcullis ledger checkpoint > ledger.head'],
  }).action((options: LedgerOptions) =>
    answer(options.json, async () => {
      const checkpoint = currentCheckpoint(findLedger(options).directory)
      return { json: { checkpoint }, text: checkpoint }
    }),
  )
}
