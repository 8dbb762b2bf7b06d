import { Argument, type Command } from 'commander'
import { answer, command } from './command.ts'

const SHELLS = { bash, zsh, fish } as const

/** `portcullis completion <shell>`: generated from the commands themselves. */
export function completionCommand(program: () => Promise<Command>): Command {
  return command({
    name: 'completion',
    summary: 'print a completion script for a shell',
    examples: [
      'source <(portcullis completion bash)',
      'portcullis completion fish > ~/.config/fish/completions/portcullis.fish',
    ],
  })
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .action((shell: keyof typeof SHELLS, { json }: { readonly json?: boolean }) =>
      answer(json, async () => {
        const script = SHELLS[shell]([...places(await program(), [])])
        return { json: { shell, script }, text: script }
      }),
    )
}

/** Where one can be on the command line, and what may come next there. */
interface Place {
  /** `portcullis agent token` */
  readonly path: string
  readonly words: readonly { readonly word: string; readonly about: string }[]
}

function* places(at: Command, above: readonly string[]): Generator<Place> {
  const path = [...above, at.name()]
  const help = at.createHelp()
  const commands = help.visibleCommands(at)
  const options = help.visibleOptions(at)
  yield {
    path: path.join(' '),
    words: [
      ...commands.map((below) => ({ word: below.name(), about: below.description() })),
      ...options.map(({ long, description }) => ({ word: long ?? '', about: description })),
    ],
  }
  for (const below of commands) yield* places(below, path)
}

/** Follows the words typed so far down the commands; the rest is a table. */
function bash(all: readonly Place[]): string {
  const cases = all.map(
    ({ path, words }) => `    ${quoted(path)}) known=${quoted(wordsOf(words))} ;;`,
  )
  return `# Completion of portcullis for bash.
_portcullis() {
  local at=portcullis known='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in
      ${below(all)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$known" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _portcullis portcullis
`
}

function zsh(all: readonly Place[]): string {
  const cases = all.map(({ path, words }) => {
    const entries = words.map(({ word, about }) =>
      quoted(`${word}:${about.replaceAll(':', '\\:')}`),
    )
    return `    ${quoted(path)}) known=(${entries.join(' ')}) ;;`
  })
  return `#compdef portcullis
_portcullis() {
  local at=portcullis word
  local -a known
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${below(all)}) at="$at $word" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  _describe command known || _files
}
compdef _portcullis portcullis
`
}

function fish(all: readonly Place[]): string {
  const lines = all.flatMap(({ path, words }) =>
    words.map(({ word, about }) => {
      const offered = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
      const here = quoted(`__portcullis_at ${JSON.stringify(path)}`)
      return `complete -c portcullis -n ${here} ${offered} -d ${fishQuoted(about)}`
    }),
  )
  return `# Completion of portcullis for fish.
function __portcullis_at
  set -l at portcullis
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${below(all, ' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}
`
}

/** Every place below the program itself, as patterns of a case. */
function below(all: readonly Place[], between = '|'): string {
  return all
    .slice(1)
    .map(({ path }) => quoted(path))
    .join(between)
}

function wordsOf(words: Place['words']): string {
  return words.map(({ word }) => word).join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
