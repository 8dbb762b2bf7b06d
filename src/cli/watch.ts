import { once } from 'node:events'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { WatchEvent, WatchMark } from '../client/admin-client.ts'
import { jsonLine } from '../kernel/json/json-line.ts'
import { glob } from '../kernel/policy/evaluate/glob.ts'
import { command, EXIT, printError } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { WATCH_HEADER, watchLine } from './watch-line.ts'

interface WatchOptions extends ConfigOptions {
  readonly agent?: string
  readonly operation?: string
  readonly decision?: string
  readonly count?: number
}

/** `portcullis watch` */
export function watchCommand(): Command {
  return withTenant(
    command({
      name: 'watch',
      summary: 'show decisions and outcomes as they become durable; with --json, an object a line',
      examples: [
        'portcullis watch --decision deny',
        "portcullis watch --json --operation 'slack.*' --count 1",
      ],
    }),
  )
    .option('--agent <name>', 'only those of this agent')
    .option('--operation <pattern>', 'only these operations: slack.post_message, memory.*')
    .addOption(
      new Option('--decision <word>', 'only these decisions').choices([
        ...['allow', 'allow_with_conditions', 'require_approval', 'deny', 'refused'],
      ]),
    )
    .option('--count <events>', 'end after so many', toCount)
    .action(watch)
}

function toCount(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a count from 1')
}

async function watch(options: WatchOptions): Promise<void> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interrupted.abort())
  }
  let opened = false
  try {
    let left = options.count ?? Number.POSITIVE_INFINITY
    const wanted = filterOf(options)
    for await (const line of runtimeOf(options).watch(interrupted.signal)) {
      opened = true
      if ('watch' in line) await printMark(line, options)
      else if (wanted(line)) {
        await print(
          options.json ? jsonLine(line) : `${watchLine(line, { colour: isColoured() })}\n`,
        )
        left -= 1
      }
      if (left === 0) break
    }
  } catch (error) {
    printError(error, options.json)
    process.exitCode = opened ? EXIT.failed : EXIT.usage
  }
}

/** Which events are wanted; a choice that is absent does not choose. */
function filterOf({ agent, operation, decision }: WatchOptions): (event: WatchEvent) => boolean {
  const isNamed = operation === undefined ? () => true : glob(operation)
  return (event) =>
    (agent === undefined || event.agent === agent) &&
    (decision === undefined || event.decision === decision) &&
    isNamed(event.operation)
}

async function printMark(mark: WatchMark, { json }: WatchOptions): Promise<void> {
  if (mark.watch === 'closed' && mark.reason === 'slow_reader') process.exitCode = EXIT.failed
  if (json) return print(jsonLine(mark))
  if (mark.watch === 'open') return print(`${WATCH_HEADER}\n`)
  process.stderr.write(`portcullis: ${CLOSINGS[mark.reason]}\n`)
}

const CLOSINGS = {
  stopped: 'the runtime stopped',
  slow_reader: 'too much was left unread, and the runtime ended this watch: events are missing',
  ended: 'whoever watched may not any more',
}

/** Waits for a reader that is slow, so that the runtime sees that it is. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** See no-color.org. */
function isColoured(): boolean {
  return process.stdout.isTTY && !process.env.NO_COLOR
}
