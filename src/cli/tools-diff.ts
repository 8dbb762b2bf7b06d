import type { Command } from 'commander'
import { answer, command, EXIT } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { reviewedTool } from './reviewed-tool.ts'
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
      const tool = await reviewedTool(runtimeOf(options), name)
      const { state, fingerprint, approved, renamedFrom, drift, moreDrift } = tool
      const json = { tool: name, state, fingerprint, approved, renamedFrom, drift, moreDrift }
      return { json, text: diffText(tool), exit: drift.length > 0 ? EXIT.failed : EXIT.ok }
    }),
  )
}
