import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { scratch } from '../../test/support/scratch.ts'
import { writeFormatted } from '../app/format-policies.ts'

const LAUNCHER = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))
const UGLY = 'policy sales {allow:slack.post}'
const PRETTY = 'policy sales { allow: slack.post }\n'
const MISTAKE = 'policy sales {allow slack.post}'

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder with a policy that is not canonical and one that is; and `policy fmt` run in it. */
async function folder(t: TestContext) {
  const root = await scratch(t)
  const at = (name: string) => join(root, 'policies', name)
  mkdirSync(join(root, 'policies'))
  writeFileSync(join(root, 'portcullis.toml'), '[roles.sales]\n[agents.sales]\nroles = ["sales"]\n')
  writeFileSync(at('ugly.policy'), UGLY)
  writeFileSync(at('pretty.policy'), PRETTY)
  const fmt = (args: readonly string[], input = ''): Ran => {
    const { PATH, HOME } = process.env
    return spawnSync(process.execPath, [LAUNCHER, 'policy', 'fmt', ...args], {
      ...{ cwd: root, input, encoding: 'utf8', env: { PATH, HOME } },
    })
  }
  return { at, fmt, text: (name: string) => readFileSync(at(name), 'utf8') }
}

test('all policies of the configuration are formatted, only what changes is written', async (t) => {
  const { fmt, at, text } = await folder(t)
  chmodSync(at('ugly.policy'), 0o640)
  const before = statSync(at('pretty.policy'))
  const { status, stdout } = fmt([])
  assert.equal(status, 0)
  assert.match(stdout, /^formatted .*ugly\.policy\n2 files, 1 formatted\n$/)
  assert.equal(text('ugly.policy'), PRETTY)
  assert.equal(statSync(at('ugly.policy')).mode & 0o777, 0o640)
  assert.equal(statSync(at('pretty.policy')).ino, before.ino)
  assert.deepEqual(readdirSync(at('.')), ['pretty.policy', 'ugly.policy'])
})

test('under --check nothing is written, and the exit code says whether it would be', async (t) => {
  const { fmt, text } = await folder(t)
  const { status, stdout } = fmt(['--check', '--json'])
  const changed = JSON.parse(stdout).files.map((file: { changed: boolean }) => file.changed)
  assert.deepEqual([status, changed], [1, [false, true]])
  assert.equal(text('ugly.policy'), UGLY)
  assert.equal(fmt(['--check', 'policies/pretty.policy']).status, 0)
})

test('under --diff nothing is written, and the change is shown', async (t) => {
  const { fmt, text } = await folder(t)
  const { status, stdout } = fmt(['policies', '--diff'])
  const file = join('policies', 'ugly.policy')
  const end = '\\ No newline at end of file'
  const hunk = `@@ -1,1 +1,1 @@\n-${UGLY}\n${end}\n+${PRETTY}`
  assert.deepEqual([status, stdout], [0, `--- ${file}\n+++ ${file}\n${hunk}`])
  assert.equal(text('ugly.policy'), UGLY)
  assert.deepEqual(fmt(['--diff', 'policies/pretty.policy']).stdout, '')
})

test('standard input is formatted to standard output', async (t) => {
  const { fmt } = await folder(t)
  const { status, stdout } = fmt(['--stdin'], UGLY)
  assert.deepEqual([status, stdout], [0, PRETTY])
  const checked = fmt(['--stdin', '--check'], UGLY)
  assert.deepEqual([checked.status, checked.stdout], [1, ''])
  assert.deepEqual(fmt(['--stdin'], '').stdout, '')
})

test('one mistake, and no file is touched', async (t) => {
  const { fmt, at, text } = await folder(t)
  writeFileSync(at('wrong.policy'), MISTAKE)
  const { status, stderr } = fmt([])
  assert.match(stderr, /wrong\.policy:1:21\n[\s\S]*POLICY_INVALID/)
  assert.equal(status, 2)
  assert.deepEqual([text('ugly.policy'), text('wrong.policy')], [UGLY, MISTAKE])
})

test('a link stays a link, and what it leads to is formatted', async (t) => {
  const { fmt, at, text } = await folder(t)
  symlinkSync('ugly.policy', at('link.policy'))
  assert.equal(fmt(['policies/link.policy']).status, 0)
  assert.ok(lstatSync(at('link.policy')).isSymbolicLink())
  assert.equal(text('ugly.policy'), PRETTY)
})

const UNUSABLE: readonly (readonly [what: string, args: readonly string[], code: RegExp])[] = [
  ['a file that is not there', ['policies/gone.policy'], /FILE_UNREADABLE/],
  ['standard input beside a path', ['--stdin', 'policies'], /REQUEST_INVALID/],
  ['no configuration to name the directory', ['--config', 'gone.toml'], /CONFIG_MISSING/],
]

for (const [what, args, code] of UNUSABLE)
  test(`${what} is a mistake of the call`, async (t) => {
    const { status, stdout, stderr } = (await folder(t)).fmt(args)
    assert.match(stderr, code)
    assert.deepEqual([status, stdout], [2, ''])
  })

test('a file that went away meanwhile is not written anew', async (t) => {
  const { at } = await folder(t)
  const file = { path: at('gone.policy'), before: UGLY, after: PRETTY }
  assert.throws(() => writeFormatted(file), { code: 'FILE_UNWRITABLE' })
  assert.deepEqual(readdirSync(at('.')), ['pretty.policy', 'ugly.policy'])
})
