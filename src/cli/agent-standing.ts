import type { Command } from 'commander'
import type { AgentStanding } from '../client/admin-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'

interface ReasonOptions extends ConfigOptions {
  readonly reason?: string
}

const CHANGES = {
  suspend: {
    method: 'suspendAgent',
    summary: 'let an agent do nothing until it is resumed; what it has open ends at once',
    example: 'portcullis agent suspend sales --reason "odd calls since noon"',
  },
  resume: {
    method: 'resumeAgent',
    summary: 'let it act again; after `revoke` only by what is issued from now on',
    example: 'portcullis agent resume sales',
  },
  revoke: {
    method: 'revokeAgent',
    summary: 'make all tokens, keys and certificates of an agent void, for good',
    example: 'portcullis agent revoke sales --reason "token in a public log"',
  },
} as const

/** `portcullis agent show|suspend|resume|revoke`. */
export function standingCommands(): readonly Command[] {
  return [showCommand(), ...changeCommands()]
}

function showCommand(): Command {
  return withTenant(
    command({
      name: 'show <name>',
      summary: 'say what an agent is, whether it may act, and what it has open',
      examples: ['portcullis agent show sales'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const agent = await runtimeOf(options).showAgent(name)
      const { roles, space, sessions } = agent
      const place = space === undefined ? '' : `, of the space ${space}`
      const text = `${standingText(agent)}\nroles ${roles.join(', ') || 'none'}${place}`
      return { json: agent, text: `${text}\nsessions ${sessions}` }
    }),
  )
}

function changeCommands(): readonly Command[] {
  return Object.entries(CHANGES).map(([name, { method, summary, example }]) =>
    withTenant(command({ name: `${name} <name>`, summary, examples: [example] }))
      .option('--reason <text>', 'why, for the receipt')
      .action((agent: string, options: ReasonOptions) =>
        answer(options.json, async () => {
          const { reason } = options
          const request = reason === undefined ? {} : { reason }
          const standing = await runtimeOf(options)[method](agent, request)
          return { json: standing, text: standingText(standing) }
        }),
      ),
  )
}

function standingText({ agent, state, voidUntil }: AgentStanding): string {
  const since = voidUntil === undefined ? '' : `; what it was issued until ${voidUntil} is void`
  return `${agent} is ${state}${since}`
}
