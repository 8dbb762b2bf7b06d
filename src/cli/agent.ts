import { Command } from 'commander'
import { agentKeyCommand, registerTokenCommand } from './agent-clients.ts'
import { standingCommands } from './agent-standing.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, inspectedTenant, runtimeOf, withTenant } from './config-option.ts'
import { durationMs } from './duration-option.ts'
import { table } from './table.ts'

/** `portcullis agent …`: token, list, show, key, register-token, suspend, resume, revoke. */
export function agentCommand(): Command {
  const group = new Command('agent')
    .description('issue credentials for agents, list them, and take back what they have')
    .addCommand(tokenCommand())
    .addCommand(listCommand())
    .addCommand(agentKeyCommand())
    .addCommand(registerTokenCommand())
  for (const command of standingCommands()) group.addCommand(command)
  return group
}

interface TokenOptions extends ConfigOptions {
  readonly ttl?: number
  readonly dpopJkt?: string
}

/** Prints the token and nothing else, so that a script can take it. */
function tokenCommand(): Command {
  return withTenant(
    command({
      name: 'token <name>',
      summary: 'issue a short-lived token for a declared agent; the runtime must be running',
      examples: [
        'TOKEN=$(portcullis agent token sales)',
        'portcullis agent token sales --ttl 1h --json',
      ],
    }),
  )
    .option('--ttl <duration>', 'its life, 1s to 24h (default: token_ttl of the agent)', durationMs)
    .option('--dpop-jkt <thumbprint>', 'bind it to the key of this thumbprint (RFC 7638, 9449)')
    .action((name: string, options: TokenOptions) =>
      answer(options.json, async () => {
        const { ttl, dpopJkt } = options
        const issued = await runtimeOf(options).issueToken(name, {
          ...(ttl === undefined ? {} : { ttlMs: ttl }),
          ...(dpopJkt === undefined ? {} : { dpopJkt }),
        })
        if (dpopJkt === undefined) process.stderr.write(UNBOUND)
        return { json: issued, text: issued.token }
      }),
    )
}

/** On standard error, so that a script can take the token. */
const UNBOUND =
  'warning: whoever holds this token acts as the agent, so it is good on this machine alone; ' +
  'bind it with --dpop-jkt, or see docs/guide/agent-identity.md\n'

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the agents that the configuration declares',
      examples: ['portcullis agent list'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const agents = Object.entries(inspectedTenant(options).agents).map(([name, agent]) => ({
        name,
        ...agent,
      }))
      const rows = agents.map(({ name, roles, tokenTtlMs, description }) => [
        name,
        roles.join(', ') || '-',
        `${tokenTtlMs / 1000} s`,
        description ?? '',
      ])
      const text = table([['NAME', 'ROLES', 'TOKEN', ''], ...rows])
      return { json: { agents }, text: agents.length === 0 ? 'no agents are declared' : text }
    }),
  )
}
