import type { Command } from 'commander'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'

interface RejectOptions extends ConfigOptions {
  readonly reason?: string
}

/** `portcullis tools reject`: whatever the tool says. */
export function toolRejectCommand(): Command {
  return withTenant(
    command({
      name: 'reject <tool>',
      summary: 'have a tool neither shown nor called, until it is approved',
      examples: ['portcullis tools reject desk.search --reason "reads more than it says"'],
    }),
  )
    .option('--reason <text>', 'why, for the receipt')
    .action((tool: string, options: RejectOptions) =>
      answer(options.json, async () => {
        const { reason } = options
        const request = { tool, ...(reason !== undefined && { reason }) }
        const pin = await runtimeOf(options).rejectTool(request)
        return { json: pin, text: `${pin.tool} is ${pin.state}` }
      }),
    )
}
