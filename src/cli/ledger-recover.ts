import type { Command } from 'commander'
import { findLedger, type PlaceOptions } from '../app/ledger-files.ts'
import {
  type RecoverOptions,
  type RecoverOutcome,
  recoverLedgerFiles,
} from '../app/recover-ledger-files.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { problemText } from './ledger-text.ts'

interface Options extends PlaceOptions, RecoverOptions {
  readonly json?: boolean
}

/** `portcullis ledger recover`: says what can be done about damage; with `--yes`, does it. */
export function recoverCommand(): Command {
  return command({
    name: 'recover',
    summary: 'say what can be done about a damaged ledger; with --yes, do it (exit 1 if nothing)',
    examples: [
      'portcullis ledger recover --head ~/ledger.head',
      'portcullis ledger recover --from /backup/ledger --yes',
    ],
  })
    .option('--ledger <path>', 'the ledger: its directory or the data directory')
    .option('--data <dir>', 'the data directory')
    .option('--config <file>', 'the configuration that names the data directory')
    .option('--key <file>', 'the public keys, a line each (default: keys/ledger.vkey)')
    .option('--head <file>', 'the checkpoint that was remembered: nothing is cut back to less')
    .option('--from <copy>', 'take damaged segments from this copy, where they make it whole')
    .option('--dry-run', 'change nothing, only say what would be done (the default)')
    .option('--yes', 'do it')
    .action((options: Options & { readonly dryRun?: boolean }) =>
      answer(options.json, async () => recover(options)),
    )
}

function recover(options: Options & { readonly dryRun?: boolean }): Answer {
  const yes = options.yes === true && options.dryRun !== true
  const outcome = recoverLedgerFiles(findLedger(options), { ...options, yes })
  return { json: outcome, text: textOf(outcome), exit: outcome.ok ? EXIT.ok : EXIT.failed }
}

function textOf(outcome: RecoverOutcome): string {
  const { ledger, action, problems, why, keeps, quarantines, done } = outcome
  if (action === 'sound') return `${ledger}: holds, there is nothing to recover`
  const what = action === 'cut' ? 'the damaged end' : 'damaged segments, replaced from the copy'
  const said = done ? 'moved to quarantine' : 'would be moved to quarantine'
  const plan = [
    `  kept: everything under head ${keeps?.size} of ${keeps?.origin}`,
    `  ${said}: ${what}`,
    ...quarantines.map(({ segment, offset, bytes }) =>
      bytes === undefined
        ? `    segment ${segment}`
        : `    ${bytes} bytes at byte ${offset} of segment ${segment}`,
    ),
    done ? '  a receipt of the next start tells of it' : '  nothing was changed: --yes does it',
  ]
  const rest = why === undefined ? plan : [`  nothing can be done: ${why}`]
  return [`${ledger}: DOES NOT HOLD`, ...problems.map(problemText), ...rest].join('\n')
}
