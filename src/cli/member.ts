import { Command } from 'commander'
import type { GrantShown, MemberShown } from '../client/tenant-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis member …`: list, show, add, remove. */
export function memberCommand(): Command {
  return new Command('member')
    .description('see and change which people belong to a tenant')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(addCommand())
    .addCommand(removeCommand())
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the people who belong to a tenant',
      examples: ['portcullis member list', 'portcullis member list --tenant acme --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).listMembers()
      const rows = list.members.map(({ id, origin, grants, description = '' }) => [
        ...[id, origin, grants.map(roleText).join(', ') || '-', description],
      ])
      const text = rows.length === 0 ? 'no members' : table([['NAME', '', 'ROLES', ''], ...rows])
      return { json: list, text }
    }),
  )
}

function showCommand(): Command {
  return withTenant(
    command({
      name: 'show <name>',
      summary: 'show one of them, with what policies read of it and what is granted to it',
      examples: ['portcullis member show ada'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const member = await runtimeOf(options).showMember(name)
      return { json: member, text: inFull(member) }
    }),
  )
}

interface AddOptions extends ConfigOptions {
  readonly description?: string
}

function addCommand(): Command {
  return withTenant(
    command({
      name: 'add <name>',
      summary: 'add a person, who has no role yet; leaves a receipt',
      examples: ['portcullis member add bob --description "night shift"'],
    }),
  )
    .option('--description <text>', 'for people; changes nothing')
    .action((name: string, options: AddOptions) =>
      answer(options.json, async () => {
        const { description } = options
        const told = description === undefined ? {} : { description }
        const member = await runtimeOf(options).addMember({ id: name, ...told })
        return { json: member, text: inFull(member) }
      }),
    )
}

function removeCommand(): Command {
  return withTenant(
    command({
      name: 'remove <name>',
      summary: 'remove a person with all its roles; leaves a receipt',
      examples: ['portcullis member remove bob'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const member = await runtimeOf(options).removeMember(name)
      return { json: member, text: `${member.id} is no member any more` }
    }),
  )
}

function inFull({ id, origin, attributes, grants, description }: MemberShown): string {
  return table([
    ['name', id],
    ['is', origin],
    ...(description === undefined ? [] : [['', description]]),
    ...Object.entries(attributes).map(([name, value]) => [name, JSON.stringify(value)]),
    ['roles', grants.map(roleText).join(', ') || 'none'],
  ])
}

/** `editor in sales` */
export function roleText({ role, space }: GrantShown): string {
  return space === undefined ? role : `${role} in ${space}`
}
