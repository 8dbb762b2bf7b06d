import type { Command } from 'commander'
import { keptVersions, policiesNamed } from '../app/compare-policies.ts'
import { visible } from '../kernel/text/visible.ts'
import { type Answer, answer, command } from './command.ts'
import { type ConfigOptions, inspectedConfig, withConfig } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis policy versions` */
export function policyVersionsCommand(): Command {
  return withConfig(
    command({
      name: 'versions',
      summary: 'List the versions that came into force, the last one last.',
      examples: ['portcullis policy versions', 'portcullis policy versions --json'],
    }),
  ).action((options: ConfigOptions) => answer(options.json, async () => versions(options)))
}

function versions(options: ConfigOptions): Answer {
  const activations = keptVersions(inspectedConfig(options))
  const last = activations.length - 1
  const rows = activations.map(({ version, at, by, over }, index) => {
    const state = index < last ? '' : over === undefined ? 'in force' : 'in force, held'
    return [new Date(at).toISOString(), by, version, state]
  })
  const text = rows.length === 0 ? 'no version came into force yet' : table([HEAD, ...rows])
  return { json: { activations }, text }
}

const HEAD = ['SINCE', 'BY', 'VERSION', '']

/** `portcullis policy show VERSION` */
export function policyShowCommand(): Command {
  return withConfig(
    command({
      name: 'show [version]',
      summary: 'Print the policies of a version that was in force, by default the one that is.',
      examples: [
        'portcullis policy show',
        'portcullis policy show 3f9a',
        'portcullis policy show previous',
      ],
    }),
  ).action((name: string | undefined, options: ConfigOptions) =>
    answer(options.json, async () => {
      const { version, files } = policiesNamed(name ?? 'active', inspectedConfig(options))
      const parts = files.map(({ file, text }) => `# ${visible(file)}\n${text.trimEnd()}\n`)
      return { json: { version, files }, text: [`# version ${version}\n`, ...parts].join('\n') }
    }),
  )
}
