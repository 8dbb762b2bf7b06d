import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { askPeople } from '../client/people-at.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { isJsonObject } from '../kernel/json/value.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withConfig } from './config-option.ts'
import { secretFrom } from './secret-input.ts'

/** Where the session of the command line is kept, unless this variable names another place. */
export const CREDENTIALS_VARIABLE = 'PORTCULLIS_CREDENTIALS'

interface Credentials {
  readonly address: string
  readonly token: string
}

interface LoginOptions extends ConfigOptions {
  readonly at?: string
  readonly tenant?: string
  readonly passwordFile?: string
  readonly code?: string
}

export function loginCommand(): Command {
  return withConfig(
    command({
      name: 'login <name>',
      summary: 'log in, and keep the session in a file that nobody else can read',
      examples: ['portcullis login ana', 'portcullis login ana --at https://gate.example.com'],
    }),
  )
    .option('--at <address>', 'where agents connect (default: the runtime of the configuration)')
    .option('--tenant <name>', 'the organisation (default: `default`)')
    .option('--password-file <file>', 'a file with the password (default: standard input)')
    .option('--code <code>', 'what the authenticator shows, or a recovery code')
    .action((name: string, options: LoginOptions) =>
      answer(options.json, async () => {
        const { tenant, code, at } = options
        const address = at ?? (await runtimeOf(options).status()).address
        const password = await secretFrom(options.passwordFile, `Password of ${name}: `)
        const body = { name, password, ...(tenant && { tenant }), ...(code && { code }) }
        const { token, ...session } = await askPeople('login', body, { address })
        keep({ address, token: String(token) })
        return { json: session, text: `logged in as ${name} until ${session.expires}` }
      }),
    )
}

export function logoutCommand(): Command {
  return command({
    name: 'logout',
    summary: 'end the session of the command line',
    examples: ['portcullis logout'],
  }).action(({ json }: { json?: boolean }) =>
    answer(json, async () => {
      const kept = credentials()
      rmSync(credentialsFile())
      await askPeople('logout', {}, kept)
      return { json: {}, text: 'logged out' }
    }),
  )
}

export function whoamiCommand(): Command {
  return command({
    name: 'whoami',
    summary: 'who is logged in, with which roles, and whether with a second factor',
    examples: ['portcullis whoami', 'portcullis whoami --json'],
  }).action(({ json }: { json?: boolean }) =>
    answer(json, async () => {
      const me = await askPeople('whoami', {}, credentials())
      const { roles, session } = me
      const named = Array.isArray(roles) && roles.length > 0 ? ` (${roles.join(', ')})` : ''
      const mfa = isJsonObject(session ?? null) && isJsonObject(session) && session.mfa_verified
      const factor = mfa === true ? 'with a second factor' : 'without a second factor'
      return { json: me, text: `${me.id}${named} of ${me.tenant}, ${factor}, until ${me.expires}` }
    }),
  )
}

function credentialsFile(): string {
  const named = process.env[CREDENTIALS_VARIABLE]
  const config = process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
  return named || join(config, 'portcullis', 'credentials.json')
}

function keep(kept: Credentials): void {
  const file = credentialsFile()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(kept)}\n`, { mode: 0o600 })
  // One that was there keeps its mode otherwise.
  chmodSync(file, 0o600)
}

function credentials(): Credentials {
  try {
    const kept: unknown = JSON.parse(readFileSync(credentialsFile(), 'utf8'))
    if (isJsonObject(kept)) return { address: String(kept.address), token: String(kept.token) }
  } catch (cause) {
    throw new PortcullisError('LOGIN_NEEDED', 'nobody is logged in here', { cause })
  }
  throw new PortcullisError('LOGIN_NEEDED', 'nobody is logged in here')
}
