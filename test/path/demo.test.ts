import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const DEMO = join(import.meta.dirname, '..', '..', 'demo', 'main.ts')

const STEPS = [
  ...['allowed', 'denied', 'bypass', 'agent-killed', 'runtime-killed', 'verified', 'tampered'],
]

interface Printed {
  readonly ok: boolean
  readonly steps: readonly { id: string; ok: boolean; evidence: Record<string, unknown> }[]
}

test('the demonstration holds, step by step, and prints one object', () => {
  const { status, stdout } = spawnSync(process.execPath, [DEMO, '--json'], { encoding: 'utf8' })
  const { ok, steps } = JSON.parse(stdout) as Printed
  const failed = steps.filter((step) => !step.ok)
  assert.deepEqual(failed, [])
  assert.deepEqual(
    steps.map(({ id }) => id),
    STEPS,
  )
  assert.deepEqual([ok, status], [true, 0])
  const denied = steps.find(({ id }) => id === 'denied')?.evidence ?? {}
  assert.equal(denied.text, '  deny: slack.* unless principal.roles.contains("sales")')
  assert.deepEqual(
    [denied.policy, denied.file, denied.line, denied.column],
    ['need_to_know', 'policies/customers.policy', 11, 3],
  )
  assert.match(String(denied.version), /^sha256:[0-9a-f]{64}$/)
})
