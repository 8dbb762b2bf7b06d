import type { Command } from 'commander'
import { answer, command, EXIT } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { reviewText } from './tool-text.ts'

/** `portcullis tools review`: exits with 1 where somebody has to decide. */
export function toolReviewCommand(): Command {
  return withTenant(
    command({
      name: 'review [tool]',
      summary: 'show the tools that wait: what is new, what was found, and how to decide',
      examples: ['portcullis tools review', 'portcullis tools review desk.search'],
    }),
  ).action((tool: string | undefined, options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).reviewTools(tool === undefined ? {} : { tool })
      const { tools, more } = list
      const rest = more === 0 ? [] : [`… and ${more} more: name a server, or a tool`]
      const text = [...tools.map(reviewText), ...rest].join('\n\n') || 'nothing waits for a review'
      const waits = tools.some(({ state }) => state === 'pending' || state === 'quarantined')
      return { json: list, text, exit: waits ? EXIT.failed : EXIT.ok }
    }),
  )
}
