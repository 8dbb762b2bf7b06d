import { relative } from 'node:path'
import type { Command } from 'commander'
import { writeStarter } from '../app/starter/write-starter.ts'
import { answer, command } from './command.ts'

/** `portcullis init [dir]` */
export function initCommand(): Command {
  return command({
    name: 'init [dir]',
    summary: 'write a commented starter that runs as it is; never overwrites',
    examples: ['portcullis init my-gate && cd my-gate && portcullis up'],
  }).action((folder: string | undefined, { json }: { readonly json?: boolean }) =>
    answer(json, async () => {
      const files = await writeStarter(folder ?? '.')
      const enter = folder === undefined ? [] : [`cd ${relative('.', folder)}`]
      const next = [...enter, ...NEXT]
      const root = [
        'root.pem signs which keys of your ledger are to be trusted: whoever has it can replace',
        'them. Move it to a place offline before you rely on it (docs/guide/keys.md).',
      ]
      const steps = ['', 'next:', ...next.map(indent)]
      const text = ['written:', ...files.map(indent), '', ...root, ...steps].join('\n')
      return { json: { files, next }, text }
    }),
  )
}

const NEXT = [
  'portcullis up                    # starts the runtime',
  'portcullis watch                 # in a second terminal: decisions as they happen',
  'portcullis agent token sales     # a credential for an MCP client',
]

function indent(line: string): string {
  return `  ${line}`
}
