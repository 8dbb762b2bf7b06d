import { Command } from 'commander'
import type { User } from '../client/admin-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { secretFrom } from './secret-input.ts'
import { table } from './table.ts'

/** `portcullis user …`: add, passwd, totp, disable, enable, remove, list. */
export function userCommand(): Command {
  return new Command('user')
    .description('administer the accounts of people; the runtime must be running')
    .addCommand(addCommand())
    .addCommand(passwdCommand())
    .addCommand(totpCommand())
    .addCommand(stateCommand('disable'))
    .addCommand(stateCommand('enable'))
    .addCommand(removeCommand())
    .addCommand(listCommand())
}

interface PasswordOptions extends ConfigOptions {
  readonly passwordFile?: string
}

const FROM = 'a file with the password (default: standard input, or it is asked for)'

function addCommand(): Command {
  return withTenant(
    command({
      name: 'add <name>',
      summary: 'add an account, and set its password',
      examples: ['portcullis user add ana', 'portcullis user add ana --password-file ~/.new'],
    }),
  )
    .option('--password-file <file>', FROM)
    .action((name: string, options: PasswordOptions) =>
      answer(options.json, async () => {
        const password = await secretFrom(options.passwordFile, `Password of ${name}: `)
        const user = await runtimeOf(options).addUser({ name, password })
        return { json: user, text: `${user.name} may log in with the password` }
      }),
    )
}

function passwdCommand(): Command {
  return withTenant(
    command({
      name: 'passwd <name>',
      summary: 'set the password of an account, which ends its sessions and its lock-out',
      examples: ['portcullis user passwd ana'],
    }),
  )
    .option('--password-file <file>', FROM)
    .action((name: string, options: PasswordOptions) =>
      answer(options.json, async () => {
        const password = await secretFrom(options.passwordFile, `New password of ${name}: `)
        const user = await runtimeOf(options).setPassword(name, { password })
        return { json: user, text: `${user.name} has another password, and no session` }
      }),
    )
}

interface TotpOptions extends ConfigOptions {
  readonly confirm?: string
  readonly remove?: boolean
}

function totpCommand(): Command {
  return withTenant(
    command({
      name: 'totp <name>',
      summary: 'set up an authenticator: first for its secret, then with a code that it shows',
      examples: ['portcullis user totp ana', 'portcullis user totp ana --confirm 123456'],
    }),
  )
    .option('--confirm <code>', 'a code that the authenticator shows; prints the recovery codes')
    .option('--remove', 'ask for no code any more')
    .action((name: string, options: TotpOptions) =>
      answer(options.json, async () => {
        const runtime = runtimeOf(options)
        if (options.remove) {
          const user = await runtime.removeTotp(name)
          return { json: user, text: `${user.name} has no authenticator` }
        }
        if (options.confirm === undefined) {
          const enrolment = await runtime.enrolTotp(name)
          return { json: enrolment, text: `${enrolment.uri}\nsecret: ${enrolment.secret}` }
        }
        const confirmed = await runtime.confirmTotp(name, { code: options.confirm })
        return { json: confirmed, text: confirmed.recoveryCodes.join('\n') }
      }),
    )
}

function stateCommand(verb: 'disable' | 'enable'): Command {
  const disabled = verb === 'disable'
  const summary = disabled
    ? 'refuse an account from now on, and end its sessions and tokens'
    : 'let a disabled account log in again'
  return withTenant(
    command({ name: `${verb} <name>`, summary, examples: [`portcullis user ${verb} ana`] }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const user = await runtimeOf(options).setUserState(name, { disabled })
      return { json: user, text: `${user.name} is ${verb}d` }
    }),
  )
}

function removeCommand(): Command {
  return withTenant(
    command({
      name: 'remove <name>',
      summary: 'remove an account, with its sessions and tokens',
      examples: ['portcullis user remove ana'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const left = await runtimeOf(options).removeUser(name)
      return { json: left, text: `${name} is removed` }
    }),
  )
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the accounts that are kept here',
      examples: ['portcullis user list', 'portcullis user list --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const { users } = await runtimeOf(options).users()
      const rows = users.map(rowOf)
      const text = table([['NAME', 'STATE', 'AUTHENTICATOR', 'PASSKEYS', 'SINCE'], ...rows])
      return { json: { users }, text: users.length === 0 ? 'there are no accounts' : text }
    }),
  )
}

function rowOf({ name, disabled, totp, recoveryCodes, passkeys, created }: User): string[] {
  const second = totp ? `yes, ${recoveryCodes} recovery codes` : '-'
  return [name, disabled ? 'disabled' : 'active', second, String(passkeys), created]
}
