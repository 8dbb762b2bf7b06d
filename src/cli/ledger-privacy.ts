import { Command, Option } from 'commander'
import type { Erased, Pruned, StandingHold } from '../client/privacy-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { parseSince } from './since-option.ts'
import { table } from './table.ts'

interface EraseOptions extends ConfigOptions {
  readonly subject: string
  readonly reason?: string
  readonly dryRun?: boolean
}

/** `portcullis ledger erase`. */
export function eraseCommand(): Command {
  return withTenant(
    command({
      name: 'erase',
      summary: 'destroy the key of a subject and what was kept of it, for ever; leaves a receipt',
      examples: [
        'portcullis ledger erase --subject data:4711 --dry-run',
        'portcullis ledger erase --subject data:4711 --reason "request of 21 November"',
      ],
    }),
  )
    .requiredOption('--subject <subject>', 'agent:NAME, human:NAME or data:VALUE')
    .option('--reason <text>', 'why; it is in the receipt')
    .option('--dry-run', 'only say what would be erased')
    .action(({ subject, reason, dryRun, ...options }: EraseOptions) =>
      answer(options.json, async () => {
        const asked = { subject, ...(reason && { reason }), ...(dryRun && { dryRun }) }
        const erased = await runtimeOf(options).eraseSubject(asked)
        return { json: erased, text: erasedText(erased) }
      }),
    )
}

function erasedText({ state, pseudonym, payloads, receipt }: Erased): string {
  switch (state) {
    case 'unknown':
      return 'nothing to erase: there is no key of this subject (any more)'
    case 'erasable':
      return `would erase ${pseudonym} and ${payloads} kept payloads; nothing was changed`
    default:
      return `erased ${pseudonym} and ${payloads} kept payloads; receipt ${receipt}`
  }
}

/** `portcullis ledger payload`. */
export function payloadCommand(): Command {
  return withTenant(
    command({
      name: 'payload <receipt>',
      summary: 'show what was kept for a receipt, proved by its digest; leaves a receipt',
      examples: ['portcullis ledger payload 42'],
    }),
  ).action((receipt: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const shown = await runtimeOf(options).showPayloads(receipt)
      return { json: shown, text: JSON.stringify(shown, null, 2) }
    }),
  )
}

/** `portcullis ledger hold …`: add, list, remove. */
export function holdCommand(): Command {
  return new Command('hold')
    .description('keep evidence from being deleted while a legal hold stands')
    .addHelpText('after', '\nExample:\n  $ portcullis ledger hold list')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
}

interface AddOptions extends ConfigOptions {
  readonly reason: string
  readonly run?: string
  readonly subject?: string
  readonly since?: number
  readonly until?: number
}

function addCommand(): Command {
  return withTenant(
    command({
      name: 'add',
      summary: 'hold a run, a subject, a stretch of time or, without any of these, everything',
      examples: [
        'portcullis ledger hold add --run r1 --reason "case 7"',
        'portcullis ledger hold add --since 2026-11-01 --until 2026-11-03 --reason "incident"',
      ],
    }),
  )
    .requiredOption('--reason <text>', 'why; it is in the receipt')
    .addOption(new Option('--run <run>', 'of this run').conflicts(['subject', 'since', 'until']))
    .addOption(new Option('--subject <subject>', 'of this subject').conflicts(['since', 'until']))
    .option('--since <time>', 'from this time or age on', parseSince)
    .option('--until <time>', 'to this time or age', parseSince)
    .action(({ reason, run, subject, since, until, ...options }: AddOptions) =>
      answer(options.json, async () => {
        const hold = await runtimeOf(options).addHold({
          reason,
          ...(run !== undefined && { run }),
          ...(subject !== undefined && { subject }),
          ...(since !== undefined && { from: since }),
          ...(until !== undefined && { to: until }),
        })
        return { json: hold, text: `hold ${hold.id} stands: ${hold.scope}` }
      }),
    )
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the holds that stand',
      examples: ['portcullis ledger hold list'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).listHolds()
      return { json: list, text: list.holds.length === 0 ? 'no hold stands' : rows(list.holds) }
    }),
  )
}

function rows(holds: readonly StandingHold[]): string {
  const cells = holds.map(({ id, scope, by, since, reason }) => [id, scope, by, since, reason])
  return table([['ID', 'SCOPE', 'BY', 'SINCE', 'REASON'], ...cells])
}

interface RemoveOptions extends ConfigOptions {
  readonly reason: string
}

function removeCommand(): Command {
  return withTenant(
    command({
      name: 'remove <id>',
      summary: 'lift a hold; leaves a receipt',
      examples: ['portcullis ledger hold remove 0199… --reason "case 7 is closed"'],
    }),
  )
    .requiredOption('--reason <text>', 'why; it is in the receipt')
    .action((id: string, { reason, ...options }: RemoveOptions) =>
      answer(options.json, async () => {
        const hold = await runtimeOf(options).removeHold(id, { reason })
        return { json: hold, text: `hold ${hold.id} no longer stands` }
      }),
    )
}

interface PruneOptions extends ConfigOptions {
  readonly dryRun?: boolean
}

/** `portcullis ledger prune`. */
export function pruneCommand(): Command {
  return withTenant(
    command({
      name: 'prune',
      summary: 'delete now what the retention says, as happens once a day; leaves a receipt',
      examples: ['portcullis ledger prune --dry-run'],
    }),
  )
    .option('--dry-run', 'only say what would go')
    .action(({ dryRun, ...options }: PruneOptions) =>
      answer(options.json, async () => {
        const pruned = await runtimeOf(options).prune(dryRun ? { dryRun } : {})
        return { json: pruned, text: prunedText(pruned) }
      }),
    )
}

function prunedText({ payloads, leaves: { from, to }, segments, held, receipt }: Pruned): string {
  const bodies = to > from ? `the bodies of receipts ${from} to ${to - 1}` : 'no body of a receipt'
  const what = `${payloads} kept payloads, ${bodies}, in ${segments} files`
  const kept = held ? '; a hold keeps what else is too old' : ''
  return receipt === undefined ? `due: ${what}${kept}` : `gone: ${what}${kept}; receipt ${receipt}`
}
