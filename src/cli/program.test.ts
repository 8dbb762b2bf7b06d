import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'
import { VERSION } from '../app/version.ts'
import { createProgram } from './program.ts'

function* commandsOf(command: Command, path: readonly string[] = []): Generator<[string, Command]> {
  for (const below of command.commands) {
    const name = [...path, below.name()]
    yield [name.join(' '), below]
    yield* commandsOf(below, name)
  }
}

const ALL = [...commandsOf(await createProgram())]

test('the commands are these', () => {
  assert.deepEqual(
    ALL.map(([name]) => name),
    [
      ...['init', 'up', 'run', 'mcp', 'mcp stdio', 'mcp import'],
      ...['agent', 'agent token', 'agent list'],
      ...['agent key', 'agent key add', 'agent key list', 'agent key remove'],
      ...['agent register-token', 'agent show'],
      ...['agent suspend', 'agent resume', 'agent revoke'],
      ...['session', 'session list', 'session end', 'tenant', 'tenant list', 'space', 'space list'],
      ...['member', 'member list', 'member show', 'member add', 'member remove'],
      ...['role', 'role list', 'role grant', 'role revoke', 'watch', 'status'],
      ...['acl', 'acl show', 'acl grant', 'acl revoke'],
      ...['budget', 'budget list', 'budget show', 'budget reset'],
      ...['server', 'server list', 'server show', 'server add', 'server remove'],
      ...['tools', 'tools review', 'tools diff', 'tools approve', 'tools reject', 'tools pins'],
      ...['tools scan', 'tools sign', 'tools verify-signature'],
      ...['user', 'user add', 'user passwd', 'user totp', 'user disable', 'user enable'],
      ...['user remove', 'user list', 'token', 'token create', 'token list', 'token revoke'],
      ...['login', 'logout', 'whoami'],
      ...['policy', 'policy check', 'policy explain', 'policy plan', 'policy types'],
      ...['policy fmt', 'policy lsp', 'policy diff', 'policy replay'],
      ...['policy push', 'policy rollback', 'policy versions', 'policy show'],
      ...['policy suggest', 'policy test', 'policy export'],
      ...['keys', 'keys list', 'keys rotate', 'keys retire', 'keys compromised'],
      ...['keys root', 'keys root create', 'keys trust', 'keys trust draft', 'keys trust sign'],
      ...['keys trust publish', 'keys trust show', 'keys trust verify'],
      ...['ca', 'ca show', 'ca rotate'],
      ...['approvals', 'approvals list', 'approvals show'],
      ...['approvals approve', 'approvals deny', 'approvals token'],
      'verify',
      ...['ledger', 'ledger fsck', 'ledger show', 'ledger timeline'],
      ...['ledger export', 'ledger export-tiles', 'ledger checkpoint', 'ledger recover'],
      'ledger reindex',
      ...['ledger payload', 'ledger erase', 'ledger hold'],
      ...['ledger hold add', 'ledger hold list', 'ledger hold remove'],
      ...['ledger prune', 'ledger bundle'],
      'witness',
      'completion',
    ],
  )
})

for (const [name, command] of ALL) {
  test(`\`${name} --help\` has an example, and \`--json\` where it does something`, () => {
    const parts: string[] = []
    command.configureOutput({ writeOut: (text) => parts.push(text) })
    command.outputHelp()
    const help = parts.join('')
    assert.match(help, new RegExp(`\\nExample:\\n(  \\$ .*\\n)*  \\$ .*portcullis ${name}`))
    assert.ok(command.commands.length > 0 || help.includes('--json'))
  })
}

test('alone it shows what there is', async () => {
  const { exit, stdout, stderr } = await runPortcullis([])
  assert.match(stdout, /^Usage: portcullis \[options\] \[command\]\n/)
  assert.match(stdout, /portcullis init my-gate/)
  assert.deepEqual([exit, stderr], [0, ''])
})

test('the version is that of the package', async () => {
  assert.deepEqual(await runPortcullis(['--version']), {
    exit: 0,
    stdout: `${VERSION}\n`,
    stderr: '',
  })
})

const MISTAKES: readonly [args: readonly string[], complaint: RegExp][] = [
  [['wtach'], /unknown command 'wtach'\n\(Did you mean watch\?\)/],
  [['agent'], /Usage: portcullis agent/],
  [['agent', 'tokn'], /unknown command 'tokn'\n\(Did you mean token\?\)/],
  [['agent', 'token'], /missing required argument 'name'/],
  [['agent', 'token', 'sales', '--ttl', 'soon'], /a duration such as 15m or 1h/],
  [['watch', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  [['watch', '--count', '0'], /a count from 1/],
  [['watch', '--decision', 'maybe'], /Allowed choices are allow, allow_with_conditions, require_/],
  [['status', 'extra'], /too many arguments/],
  [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
]

for (const [args, complaint] of MISTAKES) {
  test(`\`${args.join(' ')}\` is a mistake in the call, exit 2`, async () => {
    const { exit, stdout, stderr } = await runPortcullis(args)
    assert.deepEqual([exit, stdout], [2, ''])
    assert.match(stderr, complaint)
  })
}

test('the command names its configuration, else what is before it, else a variable', async (t) => {
  const folder = await scratch(t)
  const name = (name: string) => {
    writeFileSync(join(folder, `${name}.toml`), `[agents.of-${name}]\nroles = []\n`)
    return `${name}.toml`
  }
  const [own, above, around] = [name('own'), name('above'), name('around')]
  const env = { PORTCULLIS_CONFIG: around }
  const cases: readonly [args: readonly string[], agent: string][] = [
    [['--config', above, 'agent', 'list', '--config', own], 'of-own'],
    [['--config', above, 'agent', 'list'], 'of-above'],
    [['agent', 'list'], 'of-around'],
  ]
  for (const [args, agent] of cases) {
    const { stdout } = await runPortcullis([...args, '--json'], { cwd: folder, env })
    assert.equal(JSON.parse(stdout).agents[0].name, agent)
  }
})

test('a failure is one coded error, for people or as JSON', async (t) => {
  const cwd = await scratch(t)
  assert.deepEqual(await runPortcullis(['agent', 'list'], { cwd }), {
    exit: 2,
    stdout: '',
    stderr:
      'portcullis: there is no `portcullis.toml`\n' +
      '  CONFIG_MISSING: write a starter with `portcullis init`, ' +
      'or name the file with `--config FILE`\n',
  })
  const { exit, stdout, stderr } = await runPortcullis(['agent', 'list', '--json'], { cwd })
  assert.deepEqual([exit, JSON.parse(stdout).error.code, stderr], [2, 'CONFIG_MISSING', ''])
})

/** Shells that may be missing on a machine check what they can where they are there. */
const SYNTAX_CHECKS: readonly [shell: string, check: readonly string[]][] = [
  ['bash', ['bash', '-n']],
  ['zsh', ['zsh', '-n']],
  ['fish', ['fish', '--no-execute']],
]

for (const [shell, [program = '', ...args]] of SYNTAX_CHECKS) {
  const absent = spawnSync(program, ['-c', 'true']).error !== undefined
  test(`the completion for ${shell} offers every command and is well-formed`, async (t) => {
    const { stdout } = await runPortcullis(['completion', shell])
    for (const [name] of ALL) assert.ok(stdout.includes(`portcullis ${name}`), name)
    if (absent) {
      t.diagnostic(`no ${shell} on this machine: its own check was left out`)
      return
    }
    const { status, stderr } = spawnSync(program, args, { input: stdout, encoding: 'utf8' })
    assert.deepEqual([status, stderr], [0, ''])
  })
}

const COMPLETED: readonly [line: readonly string[], offered: readonly string[]][] = [
  [['po'], ['policy']],
  [
    ['agent', ''],
    [
      ...['token', 'list', 'key', 'register-token', 'show'],
      ...['suspend', 'resume', 'revoke', 'help', '--help'],
    ],
  ],
  [['agent', 'token', '--d'], ['--dpop-jkt']],
  [['agent', 'token', 'sales', '--tt'], ['--ttl']],
  [
    ['ledger', 'e'],
    ['export', 'export-tiles', 'erase'],
  ],
]

test('the completion for bash completes', async () => {
  const { stdout: script } = await runPortcullis(['completion', 'bash'])
  for (const [line, offered] of COMPLETED) {
    const words = ['portcullis', ...line].map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${words}); COMP_CWORD=${line.length}; _portcullis`
    const { stdout } = spawnSync('bash', ['-s'], {
      input: `${script}\n${ask}\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
      encoding: 'utf8',
    })
    assert.deepEqual(stdout.trim().split('\n'), offered)
  }
})
