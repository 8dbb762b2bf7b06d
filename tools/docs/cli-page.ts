import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { fence, page } from './markdown.ts'

const COLUMNS = 96

const INTRODUCTION = `\
Every command takes \`--help\`, and every one that answers takes \`--json\`. What goes wrong is
printed on standard error as a message, its [code](errors.md) and what to do; under \`--json\` as
\`{ "error": { "code", "message", "remedy" } }\` on standard output.

Exit codes: 0 it holds, 1 it does not (a failed check, a denial that was asked about), 2 the call
or the set-up is wrong.`

export async function cliPage(): Promise<string> {
  return page('Command line', INTRODUCTION, ...sections(await createProgram(), []))
}

function sections(command: Command, above: readonly string[]): readonly string[] {
  const path = [...above, command.name()]
  const below = command.commands.flatMap((inner) => sections(inner, path))
  return [`## ${path.join(' ')}`, fence('', help(command)), ...below]
}

function help(command: Command): string {
  const parts: string[] = []
  command.configureHelp({ helpWidth: COLUMNS })
  command.configureOutput({ writeOut: (text) => parts.push(text), getOutHasColors: () => false })
  command.outputHelp()
  return parts.join('')
}
