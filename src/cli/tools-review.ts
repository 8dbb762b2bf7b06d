import type { Command } from 'commander'
import type { ToolReviewList } from '../client/admin-client.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { reviewedTool } from './reviewed-tool.ts'
import { reviewText } from './tool-text.ts'

interface ReviewOptions extends ConfigOptions {
  readonly ask?: boolean
}

/** `portcullis tools review`: exits with 1 where somebody has to decide. */
export function toolReviewCommand(): Command {
  return withTenant(
    command({
      name: 'review [tool]',
      summary: 'show the tools that wait: what is new, what was found, and how to decide',
      examples: [
        'portcullis tools review',
        'portcullis tools review desk.search',
        'portcullis tools review desk.search --ask',
      ],
    }),
  )
    .option('--ask', 'send all that this one tool says to the model of `[tools.reviewer]`, too')
    .action((tool: string | undefined, options: ReviewOptions) =>
      answer(options.json, () => (options.ask ? asked(tool, options) : listed(tool, options))),
    )
}

async function listed(tool: string | undefined, options: ConfigOptions): Promise<Answer> {
  const list = await runtimeOf(options).reviewTools(tool === undefined ? {} : { tool })
  const { tools, more } = list
  const rest = more === 0 ? [] : [`… and ${more} more: name a server, or a tool`]
  const shown = tools.map((each) => reviewText(each))
  const text = [...shown, ...rest].join('\n\n') || 'nothing waits for a review'
  return { json: list, text, exit: exitOf(tools) }
}

/** Only what was shown is sent: by the fingerprint of the review, and of one tool. */
async function asked(name: string | undefined, options: ConfigOptions): Promise<Answer> {
  if (name === undefined) throw new PortcullisError('REQUEST_INVALID', 'name the tool to ask about')
  const runtime = runtimeOf(options)
  const tool = await reviewedTool(runtime, name)
  const { fingerprint } = tool
  const reading = await runtime.readTool({ tool: name, fingerprint })
  // A model's word is enough for a look, and never for trust.
  const exit = reading.verdict === 'suspicious' ? EXIT.failed : exitOf([tool])
  const json = { tools: [{ ...tool, reading }], more: 0 }
  return { json, text: reviewText(tool, reading), exit }
}

function exitOf(tools: ToolReviewList['tools']): number {
  const waits = tools.some(({ state }) => state === 'pending' || state === 'quarantined')
  return waits ? EXIT.failed : EXIT.ok
}
