import { Command } from 'commander'
import { codeOf, ERRORS, PortcullisError } from '../kernel/errors.ts'

/** Exit codes: 0 it holds, 1 it does not (a failed check), 2 the call or the set-up is wrong. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

export interface CommandSpec {
  /** Name and arguments as commander takes them: `token <name>`. */
  readonly name: string
  readonly summary: string
  /** At least one complete command line, shown by `--help`. */
  readonly examples: readonly [string, ...string[]]
}

/** What a command answers: `json` is printed under `--json`, `text`, if any, without it. */
export interface Answer {
  readonly json: unknown
  readonly text: string
  readonly exit?: number
}

/** A command with `--json`, an example under `--help`, and coded errors that say what to do. */
export function command(spec: CommandSpec): Command {
  const examples = spec.examples.map((example) => `  $ ${example}`).join('\n')
  const [name, ...operands] = spec.name.split(' ')
  const built = new Command(name)
    .description(spec.summary)
    .option('--json', 'print one JSON object')
    .addHelpText('after', `\nExample:\n${examples}`)
    .showHelpAfterError('(add --help for usage and an example)')
  for (const operand of operands) built.argument(operand)
  return built
}

/** Runs `work`, prints its answer or its error, and sets the exit code. */
export async function answer(json: boolean | undefined, work: () => Promise<Answer>) {
  try {
    const result = await work()
    if (json) process.stdout.write(`${JSON.stringify(result.json, null, 2)}\n`)
    else process.stdout.write(/(?:^|\n)$/.test(result.text) ? result.text : `${result.text}\n`)
    process.exitCode = result.exit ?? EXIT.ok
  } catch (error) {
    printError(error, json)
    process.exitCode = EXIT.usage
  }
}

/** One error, for people on standard error or as `{ error }` on standard output under `--json`. */
export function printError(error: unknown, json: boolean | undefined): void {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const { remedy } = ERRORS[code]
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`)
  else process.stderr.write(`portcullis: ${message}\n  ${code}: ${remedy}\n`)
  if (!(error instanceof PortcullisError) && process.env.PORTCULLIS_DEBUG) console.error(error)
}
