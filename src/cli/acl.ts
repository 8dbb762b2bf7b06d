import { Command, Option } from 'commander'
import type { AclView } from '../client/acl-client.ts'
import { LEVELS, type Level } from '../kernel/acl/acl.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis acl …`: show, grant, revoke. */
export function aclCommand(): Command {
  return new Command('acl')
    .description('say who may do what with a resource')
    .addCommand(showCommand())
    .addCommand(grantCommand())
    .addCommand(revokeCommand())
}

interface ShowOptions extends ConfigOptions {
  readonly policy?: boolean
}

function showCommand(): Command {
  return withTenant(
    command({
      name: 'show <resource>',
      summary: 'show the access control list of a resource',
      examples: [
        'portcullis acl show storage/results.json',
        'portcullis acl show memory/CRM.customers --policy',
      ],
    }),
  )
    .option('--policy', 'as the policy that decides, with its name in decisions and receipts')
    .action((resource: string, options: ShowOptions) =>
      answer(options.json, async () => {
        const list = await runtimeOf(options).showAcl(resource)
        return { json: list, text: options.policy ? list.policy : listed(list) }
      }),
    )
}

interface GrantOptions extends ConfigOptions {
  readonly level: Level
}

function grantCommand(): Command {
  return withTenant(
    command({
      name: 'grant <resource> <candidate>',
      summary: 'give a candidate a level on a resource; leaves a receipt',
      examples: [
        'portcullis acl grant storage/results.json agent:research --level read',
        'portcullis acl grant memory/CRM.customers team:sales --level write',
      ],
    }),
  )
    .addOption(
      new Option('--level <level>', 'what it may do').choices([...LEVELS]).makeOptionMandatory(),
    )
    .action((resource: string, candidate: string, options: GrantOptions) =>
      answer(options.json, async () => {
        const { level } = options
        const list = await runtimeOf(options).grantAcl({ resource, candidate, level })
        return { json: list, text: listed(list) }
      }),
    )
}

function revokeCommand(): Command {
  return withTenant(
    command({
      name: 'revoke <resource> <candidate>',
      summary: 'take a candidate off the list of a resource; leaves a receipt',
      examples: ['portcullis acl revoke storage/results.json agent:research'],
    }),
  ).action((resource: string, candidate: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).revokeAcl({ resource, candidate })
      return { json: list, text: listed(list) }
    }),
  )
}

function listed({ resource, entries, digest }: AclView): string {
  if (entries.length === 0) return `${resource} has no access control list: policies alone decide`
  const rows = entries.map(({ candidate, level }) => [candidate, level])
  return `${resource}\npolicy acl_${digest}\n\n${table([['CANDIDATE', 'LEVEL'], ...rows])}`
}
