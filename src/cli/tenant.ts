import { Command } from 'commander'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withConfig, withTenant } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis tenant list` */
export function tenantCommand(): Command {
  return new Command('tenant')
    .description('see which tenants there are')
    .addCommand(tenantListCommand())
}

function tenantListCommand(): Command {
  return withConfig(
    command({
      name: 'list',
      summary: 'list the tenants, with how much there is of each',
      examples: ['portcullis tenant list', 'portcullis tenant list --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).listTenants()
      const rows = list.tenants.map(({ name, spaces, agents, members, receipts }) => [
        ...[name, String(spaces), String(agents), String(members), String(receipts)],
      ])
      const head = ['NAME', 'SPACES', 'AGENTS', 'MEMBERS', 'RECEIPTS']
      return { json: list, text: table([head, ...rows]) }
    }),
  )
}

/** `portcullis space list` */
export function spaceCommand(): Command {
  return new Command('space')
    .description('see the spaces of a tenant')
    .addCommand(spaceListCommand())
}

function spaceListCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the spaces of a tenant',
      examples: ['portcullis space list', 'portcullis space list --tenant acme --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).listSpaces()
      const rows = list.spaces.map(({ name, description = '' }) => [name, description])
      const none = 'no spaces are declared'
      return { json: list, text: rows.length === 0 ? none : table([['NAME', ''], ...rows]) }
    }),
  )
}
