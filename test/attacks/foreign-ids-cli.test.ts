import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { type Known, knownOfGlobex, UNKNOWN } from '../support/known-of-globex.ts'
import type { CommandResult } from '../support/run-commands.ts'
import { scratchForFile } from '../support/scratch.ts'
import { ACME, twoTenants } from '../support/two-tenants.ts'

const PASSWORD_FILE = join(scratchForFile(), 'password')
writeFileSync(PASSWORD_FILE, 'kaffee um halb acht')

const RUNNER = join(import.meta.dirname, '../support/run-commands.ts')

/** How something is named to a command; what takes files, or what is public, is `nothing`. */
const CASES: Readonly<Record<string, ((named: Known) => readonly string[]) | 'nothing'>> = {
  init: 'nothing',
  run: 'nothing',
  'mcp import': 'nothing',
  // Names of objects are the caller's own; each tenant has its own lists.
  'acl show': 'nothing',
  'acl grant': 'nothing',
  'acl revoke': 'nothing',
  'agent show': ({ agent }) => [agent],
  'agent token': ({ agent }) => [agent],
  'agent key add': ({ agent }) => [agent, PASSWORD_FILE],
  'agent key list': ({ agent }) => [agent],
  'agent key remove': ({ agent }) => [agent, 'laptop'],
  'agent register-token': ({ agent }) => [agent],
  'agent suspend': ({ agent }) => [agent],
  'agent resume': ({ agent }) => [agent],
  'agent revoke': ({ agent }) => [agent],
  'server show': ({ agent }) => [agent],
  // Refused for what it says, so that nothing is left behind.
  'server add': ({ agent }) => [agent, '--url', 'http://example.com/'],
  'server remove': ({ agent }) => [agent],
  'tools review': ({ agent }) => [agent],
  'tools diff': ({ agent }) => [agent],
  'tools pins': ({ agent }) => [agent],
  'tools approve': ({ agent, version }) => [agent, '--fingerprint', version],
  'tools reject': ({ agent }) => [agent],
  'tools scan': 'nothing',
  'tools sign': 'nothing',
  'tools verify-signature': 'nothing',
  login: ({ user }) => [user, '--password-file', PASSWORD_FILE],
  'token create': 'nothing',
  'token revoke': ({ apiToken }) => [apiToken],
  'user add': ({ user }) => [`${user}-too`, '--password-file', PASSWORD_FILE],
  'user passwd': ({ user }) => [user, '--password-file', PASSWORD_FILE],
  'user totp': ({ user }) => [user],
  'user disable': ({ user }) => [user],
  'user enable': ({ user }) => [user],
  'user remove': ({ user }) => [user],
  'session end': ({ session }) => [session],
  'member show': ({ member }) => [member],
  'member add': ({ member }) => [`${member}-too`],
  'member remove': ({ member }) => [member],
  'role grant': ({ member }) => ['auditor', '--to', `human:${member}`],
  'role revoke': ({ member }) => ['auditor', '--from', `human:${member}`],
  'budget show': ({ budget }) => [budget],
  'budget reset': ({ budget }) => [budget],
  'policy check': 'nothing',
  'policy fmt': 'nothing',
  'policy diff': 'nothing',
  'policy replay': 'nothing',
  'policy push': 'nothing',
  'policy rollback': ({ version }) => [version, '--yes'],
  'policy show': ({ version }) => [version],
  'policy test': 'nothing',
  'policy export': 'nothing',
  'keys compromised': () => ['0123abcd'],
  'keys trust sign': 'nothing',
  'keys trust publish': 'nothing',
  'keys trust show': 'nothing',
  'keys trust verify': 'nothing',
  'approvals show': ({ approval }) => [approval],
  'approvals approve': ({ approval }) => [approval, '--reason', 'mine now'],
  'approvals deny': ({ approval }) => [approval, '--reason', 'mine now'],
  'approvals token': ({ approver }) => [approver],
  verify: 'nothing',
  'ledger show': ({ receipt }) => [receipt],
  'ledger timeline': ({ session }) => [session],
  'ledger export': ({ receipt }) => [receipt],
  'ledger export-tiles': 'nothing',
  'ledger payload': ({ receipt }) => [receipt],
  'ledger hold remove': ({ hold }) => [hold, '--reason', 'mine now'],
  completion: 'nothing',
}

function* commandsOf(command: Command, path: readonly string[] = []): Generator<[string, Command]> {
  for (const below of command.commands) {
    const name = [...path, below.name()]
    yield [name.join(' '), below]
    yield* commandsOf(below, name)
  }
}

const COMMANDS = new Map(commandsOf(await createProgram()))

test('there is a case for every command that names something', () => {
  const naming = [...COMMANDS].filter(([, command]) => command.registeredArguments.length > 0)
  assert.deepEqual(naming.map(([name]) => name).sort(), Object.keys(CASES).sort())
})

test('every command answers an id of another tenant exactly as one that nobody has', async (t) => {
  const running = await twoTenants(t)
  const { known } = await knownOfGlobex(running)
  const lines = (named: Known) =>
    Object.entries(CASES).flatMap(([name, naming]) => {
      if (naming === 'nothing') return []
      const options = COMMANDS.get(name)?.options.map(({ long }) => long) ?? []
      const tenant = options.includes('--tenant') ? ['--tenant', ACME] : []
      const place = ['--config', join(running.folder, 'portcullis.toml')]
      return [[...name.split(' '), ...naming(named), ...tenant, ...place]]
    })
  const [foreign, unknown] = [lines(known), lines(UNKNOWN)]
  const answers = await runAll([...foreign, ...unknown])
  for (const [at, line] of foreign.entries()) {
    const answered = answers[at] ?? assert.fail()
    const told = plain(answered, known)
    assert.deepEqual(told, plain(answers[at + foreign.length] ?? answered, UNKNOWN), line.join(' '))
    assert.doesNotMatch(told.output, /globex/, line.join(' '))
    assert.doesNotMatch(told.output, /INTERNAL|NOT_RUNNING|CONFIG_/, line.join(' '))
  }
})

function plain({ exit, output }: CommandResult, known: Known) {
  let told = output
  for (const [kind, name] of Object.entries(known)) told = told.replaceAll(name, kind)
  return { exit, output: told.replaceAll(/ +/g, ' ') }
}

async function runAll(lines: readonly (readonly string[])[]): Promise<readonly CommandResult[]> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [RUNNER], {
    ...{ env: { PATH, HOME }, stdio: ['pipe', 'pipe', 'inherit'] },
  })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  child.stdin?.end(JSON.stringify(lines))
  const [exit] = await once(child, 'close')
  assert.equal(exit, 0)
  return JSON.parse(output)
}
