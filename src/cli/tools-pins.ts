import type { Command } from 'commander'
import type { ToolPinList } from '../client/admin-client.ts'
import { answer, command, EXIT } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { table } from './table.ts'
import { escaped } from './tool-text.ts'

/** `portcullis tools pins`: exits with 1 where pins cannot be read. */
export function toolPinsCommand(): Command {
  return withTenant(
    command({
      name: 'pins [tool]',
      summary: 'list what is known of tools, and which of it is trusted since when',
      examples: ['portcullis tools pins', 'portcullis tools pins desk --json'],
    }),
  ).action((tool: string | undefined, options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).toolPins(tool === undefined ? {} : { tool })
      const { unreadable } = list
      const exit = unreadable > 0 ? EXIT.failed : EXIT.ok
      return { json: list, text: pinsText(list), exit }
    }),
  )
}

function pinsText({ pins, more, unreadable }: ToolPinList): string {
  const rows = pins.map(({ tool, state, fingerprint, approved }) => [
    ...[escaped(tool), state, fingerprint.slice(0, SHORT), approved?.by.replace('_', ' ') ?? '-'],
    approved?.at ?? '',
  ])
  const head = ['TOOL', 'STATE', 'FINGERPRINT', 'TRUSTED BY', 'SINCE']
  const lines = rows.length === 0 ? ['no tool was ever seen'] : [table([head, ...rows])]
  if (more > 0) lines.push(`… and ${more} more: name a server`)
  if (unreadable > 0) lines.push(`${unreadable} rows of the pins cannot be read: see the guide`)
  return lines.join('\n')
}

/** Characters of a fingerprint that tell it from others at a glance; `--json` has all of it. */
const SHORT = 19
