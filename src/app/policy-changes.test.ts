import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import { eventLog, scratch } from '../../test/support/scratch.ts'
import type { Config } from './config.ts'
import { openPolicies } from './open-policies.ts'

const ALLOW = { file: 'copy/p.policy', text: 'policy p { allow: desk.* }' }
const FORBID = {
  file: 'copy/stop.cedar',
  text: 'forbid(principal, action == Action::"desk.b", resource);',
}

async function start(t: TestContext) {
  const folder = await scratch(t)
  const policyDir = join(folder, 'policies')
  mkdirSync(policyDir)
  writeFileSync(join(policyDir, 'p.policy'), 'policy p { allow: desk.a }')
  const recording = { on: false, maxAgeMs: 1, maxCount: 1 }
  const config = {
    ...{ policyDir, dataDir: join(folder, 'data'), policy: { reload: 'push', recording } },
  } as Config
  const again = () => {
    const { policies, control } = openPolicies(config, { log: eventLog(), ...inMemoryPorts() })
    t.after(() => policies.close())
    const effect = (operation: string) => {
      const principal = { kind: 'agent', id: 'a', roles: [] }
      const resource = { type: 'tool', id: operation } as const
      return policies.current().decide({ operation, resource, attributes: { principal } }).effect
    }
    return { control, effect }
  }
  return { again, policyDir }
}

test('a Cedar forbid is pushed, kept, rolled back to and resumed with the rest', async (t) => {
  const { again } = await start(t)
  const { control, effect } = again()
  const { version } = await control.push({ files: [ALLOW, FORBID] })
  assert.deepEqual([effect('desk.a'), effect('desk.b')], ['allow', 'deny'])
  await control.push({ files: [ALLOW] })
  assert.equal(effect('desk.b'), 'allow')
  await control.rollback({ version })
  assert.equal(effect('desk.b'), 'deny')
  assert.equal(again().effect('desk.b'), 'deny')
})

const TESTS = (effect: string) => ({
  file: 'copy/p.test.yaml',
  text: `fixtures: { principals: { a: {} } }
tests: [{ principals: a, operations: desk.b, expect: ${effect} }]`,
})

test('tests that come with policies hold, or these do not come into force', async (t) => {
  const { control, effect } = (await start(t)).again()
  const failing = { files: [ALLOW, FORBID], tests: [TESTS('allow')] }
  await assert.rejects(control.push(failing), { code: 'POLICY_TESTS_FAILED' })
  assert.equal(effect('desk.b'), 'deny')
  const { tests } = await control.push({ ...failing, dryRun: true })
  assert.deepEqual(tests, {
    ...{ passed: 0, failed: 1 },
    failures: ['policies/p.test.yaml:2:54 a desk.b: effect: expected allow, got deny'],
  })
  const unreadable = { ...TESTS('deny'), text: 'test: []' }
  await assert.rejects(control.push({ files: [ALLOW], tests: [unreadable] }), {
    code: 'POLICY_TESTS_FAILED',
  })
  const { changed } = await control.push({ files: [ALLOW], tests: [TESTS('allow')] })
  assert.deepEqual([changed, effect('desk.b')], [true, 'allow'])
})
