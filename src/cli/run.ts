import { constants } from 'node:os'
import { type Command, InvalidArgumentError } from 'commander'
import { streamLog } from '../app/log.ts'
import { DIRECT_TIER, measureCode, runAgent } from '../app/run/launch.ts'
import { systemClock } from '../app/system-ports.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { answer, command, EXIT, printError } from './command.ts'
import { type ConfigOptions, runtimeOf, withConfig } from './config-option.ts'

interface RunOptions extends ConfigOptions {
  readonly agent?: string
  readonly code: readonly string[]
  readonly uid?: number
  readonly gid?: number
  readonly measure?: boolean
}

/** `portcullis run`: starts an agent and gives it its identity. */
export function runCommand(): Command {
  return withConfig(
    command({
      name: 'run <command...>',
      summary: 'start an agent whose identity is attested, and ends with it',
      examples: [
        'portcullis run --agent sales -- node agent.js',
        'portcullis run --measure -- node agent.js',
      ],
    }),
  )
    .option('--agent <name>', 'the agent, as declared')
    .option('--tenant <name>', 'its tenant (default: default)')
    .option('--code <file>', 'one more file that belongs to its code; may be repeated', more, [])
    .option('--uid <number>', 'run it as this user; only root may', wholeNumber)
    .option('--gid <number>', 'run it as this group; only root may', wholeNumber)
    .option('--measure', 'start nothing: print the digest for `digest` in `[agents.NAME]`')
    .action((line: readonly string[], options: RunOptions) =>
      options.measure === true ? measure(line, options) : run(line, options),
    )
}

function measure(line: readonly string[], { json, code }: RunOptions): Promise<void> {
  return answer(json, async () => {
    const { digest, files } = measureCode(line, { more: code, env: process.env })
    return { json: { digest, files }, text: digest }
  })
}

/** What the agent writes is its own: nothing is printed beside it but errors, and a log on 2. */
async function run(line: readonly string[], options: RunOptions): Promise<void> {
  const { agent, tenant, code, uid, gid } = options
  try {
    if (agent === undefined) {
      throw new PortcullisError('REQUEST_INVALID', 'say which agent it is: `--agent NAME`')
    }
    const { code: exit, signal } = await runAgent({
      ...{ agent, command: line, code, env: process.env, tier: DIRECT_TIER },
      ...{ admin: runtimeOf(options), log: streamLog(process.stderr, systemClock) },
      ...(tenant !== undefined && { tenant }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
      onLaunched: ({ end }) => {
        for (const passed of PASSED_ON) process.on(passed, () => end(passed))
      },
    })
    process.exitCode = exit ?? 128 + (signal === null ? 0 : constants.signals[signal])
  } catch (error) {
    printError(error, options.json)
    process.exitCode = EXIT.usage
  }
}

/** Signals that end a program are for the agent, which may take its time; then we end. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

function more(file: string, files: readonly string[]): readonly string[] {
  return [...files, file]
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number')
}
