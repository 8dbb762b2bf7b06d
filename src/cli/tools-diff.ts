import type { Command } from 'commander'
import { PortcullisError } from '../kernel/errors.ts'
import { answer, command, EXIT } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { diffText } from './tool-text.ts'

/** `portcullis tools diff`: exits with 1 where there is a difference. */
export function toolDiffCommand(): Command {
  return withTenant(
    command({
      name: 'diff <tool>',
      summary: 'show how a tool differs from what was trusted of it, with the exact text',
      examples: ['portcullis tools diff desk.search', 'portcullis tools diff desk'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const { tools } = await runtimeOf(options).reviewTools({ tool: name })
      const tool = tools.find((each) => each.tool === name)
      if (tool === undefined) {
        throw new PortcullisError('TOOL_UNKNOWN', `no tool \`${name}\` was ever seen`)
      }
      const { state, fingerprint, approved, renamedFrom, drift, moreDrift } = tool
      const json = { tool: name, state, fingerprint, approved, renamedFrom, drift, moreDrift }
      return { json, text: diffText(tool), exit: drift.length > 0 ? EXIT.failed : EXIT.ok }
    }),
  )
}
