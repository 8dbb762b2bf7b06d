import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import { eventLog, scratch } from '../../test/support/scratch.ts'
import type { Config } from './config.ts'
import { openPolicies } from './open-policies.ts'
import type { PolicyTestReport } from './policy-control.ts'
import { PolicyControl } from './policy-control.ts'

type Mode = Config['policy']['reload']

const text = (name: string) => `policy ${name} { allow: desk.${name} }`
const pushed = (name: string) => ({ files: [{ file: 'copy/p.policy', text: text(name) }] })

/** A policy directory that says `a`, and what may be done with a runtime's policies. */
async function bench(t: TestContext, mode: Mode) {
  const folder = await scratch(t)
  const policyDir = join(folder, 'policies')
  mkdirSync(policyDir)
  const write = (name: string) => writeFileSync(join(policyDir, 'p.policy'), text(name))
  write('a')
  const recording = { on: false, maxAgeMs: 1, maxCount: 1 }
  const config = {
    ...{ policyDir, dataDir: join(folder, 'data'), policy: { reload: mode, recording } },
  } as Config
  const start = () => {
    const ports = inMemoryPorts()
    const log = eventLog()
    const opened = openPolicies(config, { log, ...ports })
    t.after(() => opened.policies.close())
    const { policies, control } = opened
    const allows = (name: string) => {
      const operation = `desk.${name}`
      const resource = { type: 'tool', id: operation } as const
      const { effect } = policies.current().decide({ operation, resource, attributes: {} })
      return effect === 'allow'
    }
    return { policies, control, allows, log, ports }
  }
  return { start, write, config, folder }
}

test('a push is kept and recorded before it decides, and in force when it returns', async (t) => {
  const { start } = await bench(t, 'push')
  const { control, policies, allows, ports } = start()
  const seen: boolean[] = []
  control.onChange(() => seen.push(allows('b')))
  const before = policies.current().version
  const change = await control.push(pushed('b'))
  assert.deepEqual(
    [change.before, change.changed, allows('b'), allows('a')],
    [before, true, true, false],
  )
  assert.deepEqual(seen, [true])
  assert.deepEqual(ports.receipts.at(-1)?.event, {
    name: 'policy.activated',
    detail: `${change.version} by push`,
    digest: change.version,
  })
})

test('the same policies from another folder are the same version', async (t) => {
  const { control, policies } = (await bench(t, 'push')).start()
  const { version, changed } = await control.push(pushed('a'))
  assert.deepEqual([version, changed], [policies.current().version, false])
})

test('under push the pointer decides at the next start, and the directory does not', async (t) => {
  const { start, write } = await bench(t, 'push')
  await start().control.push(pushed('b'))
  write('c')
  const again = start()
  assert.deepEqual([again.allows('b'), again.allows('c')], [true, false])
  assert.equal(again.policies.held, true)
})

test('under watch a rollback holds over a directory left as it is, restarts too', async (t) => {
  const { start, write } = await bench(t, 'watch')
  const first = start()
  write('b')
  await first.control.followed(first.policies.reload())
  assert.equal(first.allows('b'), true)
  const { held } = await first.control.rollback({})
  assert.deepEqual([held, first.policies.held, first.allows('a')], [true, true, true])
  assert.ok(first.log.events.includes('policy.held'))
  const again = start()
  assert.deepEqual([again.allows('a'), again.policies.held], [true, true])
  assert.ok(again.log.events.includes('policy.held'))
  write('c')
  const last = start()
  assert.deepEqual([last.allows('c'), last.policies.held], [true, false])
})

test('under watch a file that is written as it was does not end a rollback', async (t) => {
  const { start, write } = await bench(t, 'watch')
  const { control, policies, allows, log } = start()
  await control.push(pushed('b'))
  const toldAgain = new Promise<void>((resolve) => {
    log.warn = () => resolve()
  })
  write('a')
  await toldAgain
  assert.deepEqual([allows('b'), policies.held], [true, true])
})

test('under watch a rollback ends when a file changes', async (t) => {
  const { start, write } = await bench(t, 'watch')
  const { control, policies, allows } = start()
  await control.push(pushed('b'))
  assert.equal(policies.held, true)
  const changed = new Promise<void>((resolve) => control.onChange(resolve))
  write('c')
  await changed
  assert.deepEqual([allows('c'), policies.held], [true, false])
})

const FAILING: PolicyTestReport = { passed: 1, failed: 1, failures: ['reads: deny, not allow'] }

/** A push or rollback that must change nothing, and its code. */
const REFUSED: readonly (readonly [
  string,
  (control: PolicyControl) => Promise<unknown>,
  string,
])[] = [
  [
    'has a mistake',
    (it) => it.push({ files: [{ file: 'p/p.policy', text: 'polic' }] }),
    'POLICY_INVALID',
  ],
  [
    'was compared with another version',
    (it) => it.push({ ...pushed('b'), expected: 'sha256:00' }),
    'POLICY_VERSION_CONFLICT',
  ],
  ['goes back to nothing', (it) => it.rollback({}), 'POLICY_VERSION_UNKNOWN'],
  ['goes back to a stranger', (it) => it.rollback({ version: 'beef' }), 'POLICY_VERSION_UNKNOWN'],
  ...['../p.policy', 'p/../q.policy', '/p/q.policy', 'p/.q.policy', 'p/q.txt', 'q.policy'].map(
    (file) =>
      [
        `names a file \`${file}\``,
        (it: PolicyControl) => it.push({ files: [{ file, text: text('b') }] }),
        'REQUEST_INVALID',
      ] as const,
  ),
  [
    'names a file twice',
    (it) => it.push({ files: [...pushed('b').files, ...pushed('c').files] }),
    'REQUEST_INVALID',
  ],
]

for (const [what, change, code] of REFUSED)
  test(`a change that ${what} is refused, and nothing changes`, async (t) => {
    const { control, policies, ports } = (await bench(t, 'push')).start()
    const { version } = policies.current()
    await assert.rejects(change(control), { code })
    assert.equal(policies.current().version, version)
    assert.deepEqual(ports.receipts, [])
  })

test('a push whose tests fail is refused; a dry run tells of them', async (t) => {
  const { start, config } = await bench(t, 'push')
  const { policies, ports, log } = start()
  const versions = emptyVersions()
  const control = new PolicyControl({
    ...{ config, source: policies, versions, ports, log },
    runTests: () => FAILING,
  })
  await assert.rejects(control.push(pushed('b')), { code: 'POLICY_TESTS_FAILED' })
  const { tests, changed } = await control.push({ ...pushed('b'), dryRun: true })
  assert.deepEqual([tests, changed], [FAILING, true])
  assert.equal(policies.current().decide(deskA).effect, 'allow')
})

const deskA = {
  ...{ operation: 'desk.a', attributes: {} },
  resource: { type: 'tool', id: 'desk.a' } as const,
}

function emptyVersions() {
  const unexpected = () => assert.fail('nothing may be kept')
  return {
    ...{ activations: () => [], files: unexpected, find: unexpected },
    ...{ keep: unexpected, activate: unexpected },
  }
}

test('a kept version that was altered does not come into force', async (t) => {
  const { start, config } = await bench(t, 'push')
  const { control, policies, allows } = start()
  const { version } = policies.current()
  await control.push(pushed('b'))
  const file = join(config.dataDir, 'policy-versions', `${version.slice('sha256:'.length)}.json`)
  writeFileSync(file, readFileSync(file, 'utf8').replace('desk.a', 'desk.*'))
  await assert.rejects(control.rollback({}), { code: 'POLICY_VERSION_CORRUPT' })
  assert.equal(allows('b'), true)
})

test('a push that cannot be recorded does not come into force', async (t) => {
  const { start } = await bench(t, 'push')
  const { policies, log, ports } = start()
  const ledger = { append: () => Promise.reject(new Error('disk full')) }
  const kept: string[] = []
  const versions = { ...emptyVersions(), keep: (version: string) => void kept.push(version) }
  const config = { policyDir: 'policies' } as Config
  const control = new PolicyControl({
    ...{ config, source: policies, versions, ports: { ...ports, ledger }, log },
  })
  await assert.rejects(control.push(pushed('b')), /disk full/)
  assert.equal(policies.current().decide(deskA).effect, 'allow')
  assert.equal(kept.length, 1)
})
