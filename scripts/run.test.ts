import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'

const RUN = resolve(import.meta.dirname, 'run.js')

function run(...args: string[]) {
  return spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8' })
}

test('an unknown task is a usage error that names the tasks', () => {
  const { status, stdout, stderr } = run('tset')
  assert.equal(status, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /unknown task `tset`: one of test, check, build, demo, bench/)
})

test("the task's exit code and output pass through, and nothing is added", () => {
  const { status, stdout } = run('test', 'no-such-test')
  assert.equal(status, 1)
  assert.equal(stdout, 'no test matches\n0 passed, 0 failed\n')
})
