import { Command, InvalidArgumentError, Option } from 'commander'
import type { RoleChange, RoleGrant, RoleList } from '../client/tenant-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { roleText } from './member.ts'
import { table } from './table.ts'

/** `portcullis role …`: list, grant, revoke. */
export function roleCommand(): Command {
  return new Command('role')
    .description('see which roles there are, grant them and take them away')
    .addCommand(listCommand())
    .addCommand(changeCommand('grant'))
    .addCommand(changeCommand('revoke'))
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the roles of a tenant, and who has them',
      examples: ['portcullis role list', 'portcullis role list --tenant acme --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).listRoles()
      return { json: list, text: overview(list) }
    }),
  )
}

interface ChangeOptions extends ConfigOptions {
  readonly to?: RoleGrant
  readonly from?: RoleGrant
  readonly space?: string
}

const CHANGES = {
  grant: {
    option: '--to <holder>',
    summary: 'grant a role in a space, or in the whole organisation; leaves a receipt',
    example: 'portcullis role grant editor --to human:ada --space sales',
  },
  revoke: {
    option: '--from <holder>',
    summary: 'take a role away, for the very next request; leaves a receipt',
    example: 'portcullis role revoke editor --from human:ada --space sales',
  },
} as const

function changeCommand(change: keyof typeof CHANGES): Command {
  const { option, summary, example } = CHANGES[change]
  const holder = new Option(option, 'human:NAME, agent:NAME or service:NAME')
  return withTenant(command({ name: `${change} <role>`, summary, examples: [example] }))
    .addOption(holder.argParser(parseHolder).makeOptionMandatory())
    .option('--space <name>', 'in this space alone')
    .action((role: string, options: ChangeOptions) =>
      answer(options.json, async () => {
        const { to, from, space } = options
        const holder = to ?? from
        if (holder === undefined) throw new InvalidArgumentError('name who it is')
        const grant = { ...holder, ...(space !== undefined && { space }) }
        const runtime = runtimeOf(options)
        const work = change === 'grant' ? runtime.grantRole : runtime.revokeRole
        const changed = await work(role, grant)
        return { json: changed, text: changeText(changed, grant) }
      }),
    )
}

function parseHolder(text: string): RoleGrant {
  const [, kind, id = ''] = /^(human|agent|service):(.+)$/.exec(text) ?? []
  if (kind === 'human' || kind === 'agent' || kind === 'service') return { kind, id }
  throw new InvalidArgumentError('write `human:NAME`, `agent:NAME` or `service:NAME`')
}

function changeText({ changed, grants }: RoleChange, { kind, id }: RoleGrant): string {
  const now = grants.map(roleText).join(', ') || 'no role'
  return `${changed ? '' : 'nothing changed: '}${kind} ${id} has ${now}`
}

function overview({ roles, grants }: RoleList): string {
  const rows = roles.map(({ name, scope, builtIn, permissions, description = '' }) => [
    ...[name, builtIn ? 'built in' : 'custom', scope],
    ...[permissions.join(', ') || '-', description],
  ])
  const all = table([['NAME', '', 'GRANTED IN', 'PERMITS', ''], ...rows])
  if (grants.length === 0) return all
  const held = grants.map((grant) => [
    ...[`${grant.kind}:${grant.id}`, roleText(grant), grant.origin],
  ])
  return `${all}\n\n${table([['WHO', 'ROLE', ''], ...held])}`
}
