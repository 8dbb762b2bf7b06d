import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../app/config/duration.ts'
import { findLedger } from '../app/ledger-files.ts'
import {
  findReceipt,
  findReceipts,
  followReceipts,
  type ReadOptions,
  reindexLedger,
} from '../app/read-receipts.ts'
import { readTimeline } from '../app/read-timeline.ts'
import { jsonLine } from '../kernel/json/json-line.ts'
import { RECEIPT_KINDS } from '../kernel/receipt/events.ts'
import type { ReceiptFilter } from '../kernel/receipt/receipt-filter.ts'
import {
  aboutLedger,
  aboutReceipts,
  type LedgerOptions,
  type ReceiptsOptions,
} from './about-ledger.ts'
import { type Answer, answer, EXIT, printError } from './command.ts'
import { tableOf, wholeText } from './ledger-text.ts'
import { endProgress, showProgress } from './progress-line.ts'
import { parseSince } from './since-option.ts'
import { timelineText } from './timeline-text.ts'

/** Receipts that `ledger show` lists unless it is told. */
const DEFAULT_SHOWN = 20

interface ShowOptions extends ReceiptsOptions, ReceiptFilter {
  readonly limit: number
  readonly oldest?: boolean
  readonly from?: number
  readonly follow?: boolean
}

export function showCommand(): Command {
  return withFilter(
    aboutReceipts({
      name: 'show [id|seq]',
      summary: 'list receipts by what they say, follow them live, or show one whole',
      examples: [
        'portcullis ledger show --agent research --decision deny --since 1d',
        "portcullis ledger show --operation 'slack.*' --follow --json",
        'portcullis ledger show 42',
      ],
    }),
  )
    .option('--limit <count>', 'at most so many', parseLimit, DEFAULT_SHOWN)
    .addOption(new Option('--newest', 'the newest of them (the default)').conflicts('oldest'))
    .option('--oldest', 'the oldest of them')
    .option('--from <seq>', 'only from this place on', parsePlace)
    .option('--follow', 'then each one more as it becomes durable; with --json, one a line')
    .action((which: string | undefined, options: ShowOptions) => {
      if (which === undefined && options.follow) return follow(options)
      return answer(options.json, async () =>
        which === undefined ? list(options) : one(which, options),
      )
    })
}

function withFilter(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'of this kind').choices(RECEIPT_KINDS))
    .option('--run <run>', 'of this run')
    .option('--agent <name>', 'with this agent in the actor chain')
    .option('--human <name>', 'with this human in the actor chain')
    .option('--operation <name>', "of this operation: slack.post_message, 'memory.*'")
    .option('--resource <id>', 'on this resource')
    .option('--decision <word>', 'so decided: allow, allow_with_conditions, deny')
    .option('--effect <word>', 'with this outcome: deny, refused, confirmed, failed, unknown')
    .option('--event <name>', "of this event: policy.activated, 'approval.*'")
    .option('--rule <rule>', 'settled by a rule of this policy, or at this place: sales.policy:3')
    .option('--code <code>', 'refused or failed with this code')
    .option('--approval <id>', 'about this request for approval')
    .option('--label <name>', 'that gave this label to a run, or were denied by it')
    .option('--since <time>', 'not before: an age such as 2h, or a time', parseSince)
    .option('--until <time>', 'not after: an age such as 2h, or a time', parseSince)
}

function parseLimit(text: string): number {
  if (/^[1-9][0-9]{0,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a count from 1')
}

function parsePlace(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a place from 0')
}

function list(options: ShowOptions): Answer {
  const receipts = listed(options)
  const text = receipts.length === 0 ? 'no receipts' : tableOf(receipts)
  return { json: { receipts }, text }
}

/** In the order of their places, whichever of them were asked for. */
function listed({ limit, oldest = false, from, ...options }: ShowOptions) {
  const { directory } = findLedger(options)
  const oldestFirst = oldest || from !== undefined
  const query = { limit, newestFirst: !oldestFirst, filter: options }
  const found = withProgress((reading) =>
    findReceipts(directory, from === undefined ? query : { ...query, from }, {
      ...{ ...reading, ...ofTenant(options) },
    }),
  )
  return oldestFirst ? found : found.toReversed()
}

function ofTenant({ tenant }: ReceiptsOptions) {
  return tenant === undefined ? {} : { tenant }
}

function one(which: string, options: ShowOptions): Answer {
  const receipt = findReceipt(findLedger(options).directory, which, options.tenant)
  return { json: { receipts: [receipt] }, text: wholeText(receipt) }
}

/** First what is there, from a place on or the last of it, then what comes. */
async function follow(options: ShowOptions): Promise<void> {
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
  process.stdout.once('error', () => ended.abort())
  try {
    const { directory } = findLedger(options)
    const shown = options.from === undefined ? listed(options) : []
    const print = printer(options)
    for (const receipt of shown) print(receipt)
    const last = shown.at(-1)?.seq
    const from = options.from ?? (last === undefined ? undefined : last + 1)
    const query = { filter: options, ...ofTenant(options), ...(from !== undefined && { from }) }
    for await (const receipt of followReceipts(directory, query, ended.signal)) print(receipt)
  } catch (error) {
    printError(error, options.json)
    process.exitCode = EXIT.usage
  }
}

function printer({ json }: ShowOptions) {
  let headed = false
  return (receipt: Parameters<typeof wholeText>[0]) => {
    const [header, line] = tableOf([receipt]).split('\n')
    if (json) process.stdout.write(jsonLine(receipt))
    else process.stdout.write(headed ? `${line}\n` : `${header}\n${line}\n`)
    headed = true
  }
}

interface TimelineOptions extends ReceiptsOptions {
  readonly around?: number
}

export function timelineCommand(): Command {
  return aboutReceipts({
    name: 'timeline <run>',
    summary: 'what happened in a run and in what belongs to it, step by step',
    examples: ['portcullis ledger timeline 8f14e45f --around 5m'],
  })
    .option('--around <time>', 'also alerts and changes from so long before to after', parseAround)
    .action((run: string, options: TimelineOptions) =>
      answer(options.json, async () => {
        const { around } = options
        const timeline = withProgress((reading) =>
          readTimeline(findLedger(options).directory, run, {
            ...{ ...reading, ...ofTenant(options) },
            ...(around !== undefined && { around }),
          }),
        )
        return { json: timeline, text: timelineText(timeline) }
      }),
    )
}

function parseAround(text: string): number {
  const duration = parseDuration(text)
  if (duration !== undefined) return duration
  throw new InvalidArgumentError('a duration such as `5m`')
}

export function reindexCommand(): Command {
  return aboutLedger({
    name: 'reindex',
    summary: 'make the index of the receipts anew from the segments',
    examples: ['portcullis ledger reindex'],
  }).action((options: LedgerOptions) =>
    answer(options.json, async () => {
      const { directory } = findLedger(options)
      const indexed = withProgress((reading) => reindexLedger(directory, reading))
      return {
        json: { ledger: directory, indexed },
        text: `${directory}: ${indexed} leaves indexed`,
      }
    }),
  )
}

/** Shows how far the index is, where it has to be made first. */
function withProgress<T>(read: (options: ReadOptions) => T): T {
  const onIndexing = (_leaves: number, share: number) =>
    showProgress('indexed', Math.floor(100 * share), 100)
  try {
    return read({ onIndexing })
  } finally {
    endProgress()
  }
}
