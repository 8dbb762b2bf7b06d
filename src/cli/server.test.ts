import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CommandResult } from '../../test/support/run-commands.ts'
import { scratch } from '../../test/support/scratch.ts'

const RUNNER = join(import.meta.dirname, '../../test/support/run-commands.ts')

/** What these command lines print, one after the other, in a folder. */
function run(cwd: string, lines: readonly (readonly string[])[]): readonly CommandResult[] {
  const options = { cwd, input: JSON.stringify(lines), encoding: 'utf8' } as const
  return JSON.parse(spawnSync(process.execPath, [RUNNER], options).stdout)
}

const MAIN = '# ours\n[tenants.acme]\nconfig = "acme.toml"\nallowed_commands = ["acme-mcp"]\n'

test('without a runtime the file alone is changed, and that is said', async (t) => {
  const folder = await scratch(t)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  writeFileSync(join(folder, 'portcullis.toml'), MAIN)
  writeFileSync(join(folder, 'acme.toml'), 'policy_dir = "own"')
  const crm = ['--url', 'https://crm.example.com/mcp', '--isolation', 'shared', '--json']
  const [reached, started, own, removed] = run(folder, [
    ['server', 'add', 'crm', ...crm, '--header', 'Authorization=Bearer ${CRM_TOKEN}'],
    [
      'server',
      'add',
      'files',
      '--env',
      'A=b=c',
      '--trust',
      'review',
      '--',
      'fs-mcp',
      '--ro',
      '/srv',
    ],
    ['server', 'add', 'own', '--tenant', 'acme', '--cwd', 'work', '--', 'acme-mcp'],
    ['server', 'remove', 'crm'],
  ])
  const file = join(folder, 'portcullis.toml')
  assert.deepEqual(JSON.parse(reached?.output ?? ''), { name: 'crm', file, running: false })
  assert.match(started?.output ?? '', /^files is written into .*; no runtime is running/)
  assert.match(removed?.output ?? '', /^crm is cut out of .*; no runtime is running/)
  assert.deepEqual(
    [reached, started, own, removed].map((result) => result?.exit),
    [0, 0, 0, 0],
  )
  const files = [
    '[servers.files]\ntransport = "stdio"\ncommand = "fs-mcp"\nargs = ["--ro","/srv"]',
    'trust = "review"\n[servers.files.env]\n"A" = "b=c"\n',
  ].join('\n')
  assert.equal(read('portcullis.toml'), `${MAIN}\n${files}`)
  const table = '[servers.own]\ntransport = "stdio"\ncommand = "acme-mcp"\ncwd = "work"\n'
  assert.equal(read('acme.toml'), `policy_dir = "own"\n\n${table}`)
})

const REFUSED: readonly [line: readonly string[], says: RegExp][] = [
  [['add', 'crm', '--', 'x'], /SERVER_TAKEN/],
  [['add', 'Crm', '--', 'x'], /SERVER_REFUSED/],
  [['add', 'desk', '--tenant', 'acme', '--', 'sh'], /allowed_commands[\s\S]*SERVER_REFUSED/],
  [['add', 'desk', '--tenant', 'nobody', '--', 'sh'], /TENANT_UNKNOWN/],
  [['add', 'desk'], /REQUEST_INVALID/],
  [['add', 'desk', '--url', 'https://a.example/', '--', 'x'], /REQUEST_INVALID/],
  [['add', 'desk', '--env', 'nonsense', '--', 'x'], /Write NAME=VALUE/],
  [['add', 'desk', '--isolation', 'none', '--', 'x'], /Allowed choices are agent, shared/],
  [['remove', 'desk'], /SERVER_UNKNOWN/],
  [['remove', 'crm', '--tenant', 'acme'], /SERVER_UNKNOWN/],
  [['list'], /RUNTIME_NOT_RUNNING/],
  [['show', 'crm'], /RUNTIME_NOT_RUNNING/],
]

test('what cannot be done changes no file, and says what to do', async (t) => {
  const folder = await scratch(t)
  const main = `${MAIN}[servers.crm]\ntransport = "stdio"\ncommand = "crm-mcp"\n`
  writeFileSync(join(folder, 'portcullis.toml'), main)
  writeFileSync(join(folder, 'acme.toml'), '')
  const results = run(
    folder,
    REFUSED.map(([line]) => ['server', ...line]),
  )
  for (const [at, [line, says]] of REFUSED.entries()) {
    assert.match(results[at]?.output ?? '', says, line.join(' '))
    assert.equal(results[at]?.exit, 2, line.join(' '))
  }
  assert.equal(readFileSync(join(folder, 'portcullis.toml'), 'utf8'), main)
  assert.equal(readFileSync(join(folder, 'acme.toml'), 'utf8'), '')
})
