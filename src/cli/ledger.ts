import { Command, InvalidArgumentError, Option } from 'commander'
import {
  type CheckFileOptions,
  checkLedgerFiles,
  currentCheckpoint,
  exportReceipt,
  findLedger,
  findReceipt,
  findReceipts,
  type PlaceOptions,
  verifyReceiptFile,
} from '../app/ledger-files.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { RECEIPT_KINDS } from '../kernel/receipt/events.ts'
import type { ReceiptFilter } from '../kernel/receipt/receipt-filter.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { bundleCommand } from './ledger-bundle.ts'
import { eraseCommand, holdCommand, payloadCommand, pruneCommand } from './ledger-privacy.ts'
import { provedText, tableOf, verdictText, wholeText } from './ledger-text.ts'
import { endProgress, showProgress } from './progress-line.ts'

/** Receipts that `ledger show` lists unless it is told. */
const DEFAULT_SHOWN = 20

const MEBIBYTE = 1024 * 1024

interface Options extends PlaceOptions {
  readonly json?: boolean
}

/** `portcullis ledger …`: a file for each thing that can be done with receipts. */
export function ledgerCommand(): Command {
  return new Command('ledger')
    .description('check, read and export the receipts; erase, hold')
    .addCommand(fsckCommand())
    .addCommand(verifyCommand())
    .addCommand(showCommand())
    .addCommand(exportCommand())
    .addCommand(checkpointCommand())
    .addCommand(payloadCommand())
    .addCommand(eraseCommand())
    .addCommand(holdCommand())
    .addCommand(pruneCommand())
    .addCommand(bundleCommand())
}

/** The ledger that a command is about, and `--json`. */
function aboutLedger(spec: Parameters<typeof command>[0]): Command {
  return command(spec)
    .option('--ledger <path>', 'the ledger: its directory or the data directory')
    .option('--data <dir>', 'the data directory')
    .option('--config <file>', 'the configuration that names the data directory')
}

interface FsckOptions extends Options, CheckFileOptions {}

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
    .action((options: FsckOptions) => answer(options.json, async () => checkWhole(options)))
}

function checkWhole(options: FsckOptions): Answer {
  const progress = process.stderr.isTTY ? { onProgress: showShare } : {}
  const verdict = checkLedgerFiles(findLedger(options), { ...options, ...progress })
  endProgress()
  const exit = verdict.ok ? EXIT.ok : EXIT.failed
  return { json: verdict, text: verdictText(verdict), exit }
}

function showShare(bytes: number, of: number): void {
  showProgress('MiB checked', Math.floor(bytes / MEBIBYTE), Math.ceil(of / MEBIBYTE))
}

function verifyCommand(): Command {
  return aboutLedger({
    name: 'verify',
    summary: 'check one exported receipt, offline (exit 1 if wrong)',
    examples: ['portcullis ledger verify --receipt receipt.json --key ledger.vkey'],
  })
    .option('--key <file>', 'the public key (default: keys/ledger.vkey in the data directory)')
    .requiredOption('--receipt <file>', 'the exported receipt')
    .action((options: Options & { readonly receipt: string }) =>
      answer(options.json, async () => verifyOne(options.receipt, options)),
    )
}

/** Codes that say the receipt is bad. Any other is a mistake in the call. */
const REFUSALS: readonly string[] = [
  'RECEIPT_INVALID',
  'PROOF_INVALID',
  'CHECKPOINT_INVALID',
  'CHECKPOINT_UNTRUSTED',
]

function verifyOne(file: string, options: Options): Answer {
  try {
    const verified = verifyReceiptFile(file, options.key ?? findLedger(options).keyFile)
    const { receipt, checkpoint } = verified
    const json = { ok: true, log: checkpoint.origin, size: checkpoint.size, receipt, problems: [] }
    return { json, text: provedText(verified) }
  } catch (error) {
    if (!(error instanceof PortcullisError && REFUSALS.includes(error.code))) throw error
    const { code, message } = error
    const text = `${file}: DOES NOT HOLD\n  ${code}: ${message}`
    return { json: { ok: false, problems: [{ code, message }] }, text, exit: EXIT.failed }
  }
}

interface ShowOptions extends Options, ReceiptFilter {
  readonly limit: number
}

function showCommand(): Command {
  return aboutLedger({
    name: 'show [id|seq]',
    summary: 'list the last receipts, or show one whole',
    examples: [
      'portcullis ledger show --agent research --effect deny',
      'portcullis ledger show --kind alert',
      'portcullis ledger show 42',
    ],
  })
    .addOption(new Option('--kind <kind>', 'of this kind').choices(RECEIPT_KINDS))
    .option('--run <run>', 'of this run')
    .option('--agent <name>', 'of this agent')
    .option('--operation <name>', 'of this operation: slack.post_message, memory.read')
    .option(
      '--effect <outcome>',
      'with this outcome: allow, deny, unknown, refused, policy.activated',
    )
    .option('--approval <id>', 'about this request for approval')
    .option('--limit <count>', 'at most so many', parseLimit, DEFAULT_SHOWN)
    .action((which: string | undefined, options: ShowOptions) =>
      answer(options.json, async () => (which === undefined ? list(options) : one(which, options))),
    )
}

function parseLimit(text: string): number {
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a count from 1')
}

function list(options: ShowOptions): Answer {
  const query = { limit: options.limit, newestFirst: true, filter: options }
  const receipts = findReceipts(findLedger(options).directory, query).toReversed()
  const text = receipts.length === 0 ? 'no receipts' : tableOf(receipts)
  return { json: { receipts }, text }
}

function one(which: string, options: ShowOptions): Answer {
  const receipt = findReceipt(findLedger(options).directory, which)
  return { json: { receipts: [receipt] }, text: wholeText(receipt) }
}

function exportCommand(): Command {
  return aboutLedger({
    name: 'export <id|seq>',
    summary: 'one receipt with its proof: a file that verifies anywhere, offline',
    examples: ['portcullis ledger export 42 --out receipt.json'],
  })
    .option('--out <file>', 'write it there instead of to standard output')
    .action((which: string, options: Options & { readonly out?: string }) =>
      answer(options.json, async () => {
        const portable = exportReceipt(findLedger(options).directory, which, options.out)
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
  }).action((options: Options) =>
    answer(options.json, async () => {
      const checkpoint = currentCheckpoint(findLedger(options).directory)
      return { json: { checkpoint }, text: checkpoint }
    }),
  )
}
