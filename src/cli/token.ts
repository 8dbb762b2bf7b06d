import { Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../app/config.ts'
import type { ApiTokenList } from '../client/admin-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis token …`: create, list, revoke. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('issue tokens for programs, and take them back; the runtime must be running')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
}

interface CreateOptions extends ConfigOptions {
  readonly scope: readonly string[]
  readonly role: readonly string[]
  readonly for?: string
  readonly ttl?: number
}

/** Prints the token and nothing else, so that a script can take it. */
function createCommand(): Command {
  return withTenant(
    command({
      name: 'create <service>',
      summary: 'issue a token for a program; it is shown this once',
      examples: [
        'portcullis token create ci --scope "crm.*" --ttl 30d',
        'portcullis token create ci --scope crm.read --for ana',
      ],
    }),
  )
    .option('--scope <operation>', 'what it is for, a star last; more than once', collect, [])
    .option('--role <role>', 'a role of the program; more than once', collect, [])
    .option('--for <member>', 'the person for whom it acts; it ends with the account')
    .option('--ttl <duration>', 'its life, up to 366d (default: 90d)', toMs)
    .action((service: string, options: CreateOptions) =>
      answer(options.json, async () => {
        const { scope, role, for: member, ttl } = options
        const issued = await runtimeOf(options).createApiToken({
          ...{ service, scopes: [...scope], roles: [...role] },
          ...(member !== undefined && { member }),
          ...(ttl !== undefined && { ttlMs: ttl }),
        })
        return { json: issued, text: issued.token }
      }),
    )
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the tokens of programs',
      examples: ['portcullis token list'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => shown(await runtimeOf(options).apiTokens())),
  )
}

function revokeCommand(): Command {
  return withTenant(
    command({
      name: 'revoke <id>',
      summary: 'take a token back; its next request is refused',
      examples: ['portcullis token revoke 019abc12-3456-7def-8123-456789abcdef'],
    }),
  ).action((id: string, options: ConfigOptions) =>
    answer(options.json, async () => shown(await runtimeOf(options).revokeApiToken(id))),
  )
}

function shown(list: ApiTokenList) {
  const rows = list.tokens.map(({ id, service, member, scopes, expires }) => [
    ...[id, service, member ?? '-', scopes.join(' '), expires],
  ])
  const text = table([['ID', 'PROGRAM', 'FOR', 'SCOPES', 'UNTIL'], ...rows])
  return { json: list, text: rows.length === 0 ? 'there are no tokens' : text }
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function toMs(text: string): number {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new InvalidArgumentError('a duration such as 12h or 30d')
  return parsed
}
