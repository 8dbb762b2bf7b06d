import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkLedger } from '../support/check-ledger.ts'
import { scratch } from '../support/scratch.ts'

const PROGRAM = fileURLToPath(new URL('./approve-until-killed.ts', import.meta.url))

function run(folder: string, ...args: readonly string[]) {
  const { signal, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, folder, ...args], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return { signal, said: stdout }
}

function effects(folder: string): number {
  const file = join(folder, 'effects')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
}

interface Kill {
  /** Where the runtime is killed. */
  readonly point: string
  /** Effects by then, and after the agent has asked again with nobody voting any more. */
  readonly effects: readonly [then: number, afterwards: number]
  /** What the agent hears when it asks again. */
  readonly again: 'done' | 'APPROVAL_PENDING'
}

/** Until the grant is kept a vote is lost; once it is spent, so is the consent. Never twice. */
const KILLS: readonly Kill[] = [
  { point: 'after approval.requested', effects: [0, 0], again: 'APPROVAL_PENDING' },
  { point: 'after approval.approved', effects: [0, 0], again: 'APPROVAL_PENDING' },
  { point: 'between the grant and its use', effects: [0, 1], again: 'done' },
  { point: 'before approval.consumed', effects: [0, 0], again: 'APPROVAL_PENDING' },
  { point: 'deciding again', effects: [0, 0], again: 'APPROVAL_PENDING' },
  { point: 'after dispatched', effects: [0, 0], again: 'APPROVAL_PENDING' },
  { point: 'before the effect', effects: [0, 0], again: 'APPROVAL_PENDING' },
  { point: 'after the effect', effects: [1, 1], again: 'APPROVAL_PENDING' },
]

for (const { point, effects: expected, again } of KILLS) {
  test(`killed ${point}, a consent never serves twice`, async (t) => {
    const folder = await scratch(t)
    assert.equal(run(folder, point, 'vote').signal, 'SIGKILL')
    assert.equal(effects(folder), expected[0])
    assert.deepEqual(run(folder, 'nowhere'), { signal: null, said: again })
    assert.equal(effects(folder), expected[1])
    const report = checkLedger(join(folder, 'ledger'))
    assert.deepEqual([report.ok, report.problems], [true, []])
  })
}

test('not killed, the same consent serves once', async (t) => {
  const folder = await scratch(t)
  assert.deepEqual(run(folder, 'nowhere', 'vote'), { signal: null, said: 'done' })
  assert.equal(effects(folder), 1)
  assert.deepEqual(run(folder, 'nowhere'), { signal: null, said: 'APPROVAL_PENDING' })
  assert.equal(effects(folder), 1)
})
