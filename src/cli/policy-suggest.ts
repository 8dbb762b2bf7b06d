import type { Command } from 'commander'
import { suggestFor } from '../app/suggest-policy.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { type ConfigOptions, inspectedConfig, withConfig } from './config-option.ts'
import { parseSince } from './since-option.ts'

interface SuggestOptions extends ConfigOptions {
  readonly agent: string
  readonly since?: number
}

/** `portcullis policy suggest` */
export function policySuggestCommand(): Command {
  return withConfig(
    command({
      name: 'suggest',
      summary:
        'Draft a policy that allows an agent what it was seen to do. Exit 1 when nothing was seen.',
      examples: [
        'portcullis policy suggest --agent sales > policies/sales-seen.policy',
        'portcullis policy suggest --agent sales --since 7d',
      ],
    }),
  )
    .requiredOption('--agent <name>', 'the agent')
    .option('--since <time>', 'from what was decided since: 7d, 2026-11-01', parseSince)
    .action((options: SuggestOptions) => answer(options.json, () => suggest(options)))
}

async function suggest(options: SuggestOptions): Promise<Answer> {
  const { agent, since = 0 } = options
  const suggestion = await suggestFor({ ...inspectedConfig(options), agent, since })
  if (suggestion.decisions > 0) return { json: suggestion, text: suggestion.policy }
  const text = `# nothing was decided about an agent \`${agent}\``
  return { json: suggestion, text, exit: EXIT.failed }
}
