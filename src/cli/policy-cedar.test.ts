import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'

const CONFIG = '[roles.sales]\n[agents.sales]\nroles = ["sales"]\n'

async function gate(t: Parameters<typeof scratch>[0], cedar: string) {
  const cwd = await scratch(t)
  writeFileSync(join(cwd, 'portcullis.toml'), CONFIG)
  mkdirSync(join(cwd, 'policies'))
  writeFileSync(join(cwd, 'policies', 'p.policy'), 'policy p { allow: [slack.post, files.read] }')
  writeFileSync(join(cwd, 'policies', 'stop.cedar'), cedar)
  return (...args: readonly string[]) => runPortcullis(['policy', ...args], { cwd })
}

test('Cedar beside ours is checked and explained, with the place of what decided', async (t) => {
  const forbid = '@reason("no files")\nforbid(principal, action == Action::"files.read", resource);'
  const run = await gate(t, forbid)
  assert.match((await run('check')).stdout, /2 rules, version sha256:/)
  const { exit, stdout } = await run('explain', '--agent', 'sales', '--action', 'files.read')
  assert.match(stdout, /^deny \(explicit_deny\)/)
  assert.match(stdout, /--> policies\/stop\.cedar:2:1\n/)
  assert.equal(exit, 1)
})

test('a mistake in Cedar fails the check with its place', async (t) => {
  const { exit, stdout } = await (await gate(t, 'permit(principal);'))('check')
  assert.match(stdout, /--> policies\/stop\.cedar:1:\d+\n {2}1 \| permit\(principal\);\n/)
  assert.equal(exit, 1)
})
