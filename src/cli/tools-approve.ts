import type { Command } from 'commander'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'

interface ApproveOptions extends ConfigOptions {
  readonly fingerprint: string
  readonly reason?: string
}

/** `portcullis tools approve`: of one definition, the one that was reviewed. */
export function toolApproveCommand(): Command {
  return withTenant(
    command({
      name: 'approve <tool>',
      summary: 'trust a tool as it was reviewed, by the fingerprint that the review shows',
      examples: ['portcullis tools approve desk.search --fingerprint sha256:9f86…'],
    }),
  )
    .requiredOption('--fingerprint <sha256>', 'of the definition that was reviewed')
    .option('--reason <text>', 'why, for the receipt')
    .action((tool: string, options: ApproveOptions) =>
      answer(options.json, async () => {
        const { fingerprint, reason } = options
        const request = { tool, fingerprint, ...(reason !== undefined && { reason }) }
        const pin = await runtimeOf(options).approveTool(request)
        return { json: pin, text: `${pin.tool} is trusted as ${fingerprint}` }
      }),
    )
}
