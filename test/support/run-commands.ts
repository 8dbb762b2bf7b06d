/** Runs command lines, one JSON list of words on each line of stdin, in one process. */
import { readFileSync } from 'node:fs'
import { printError } from '../../src/cli/command.ts'
import { createProgram } from '../../src/cli/program.ts'

export interface CommandResult {
  readonly exit: number
  readonly output: string
}

async function run(words: readonly string[]): Promise<CommandResult> {
  const written: string[] = []
  const { stdout, stderr } = process
  const [out, err] = [stdout.write, stderr.write]
  const capture = (text: unknown) => written.push(String(text)) > 0
  Object.assign(stdout, { write: capture })
  Object.assign(stderr, { write: capture })
  process.exitCode = 0
  try {
    const program = await createProgram(words[0])
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    printError(error, false)
    process.exitCode = 2
  } finally {
    Object.assign(stdout, { write: out })
    Object.assign(stderr, { write: err })
  }
  return { exit: Number(process.exitCode), output: written.join('') }
}

const results: CommandResult[] = []
for (const words of JSON.parse(readFileSync(0, 'utf8'))) results.push(await run(words))
process.stdout.write(JSON.stringify(results))
process.exitCode = 0
