import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratch } from '../support/scratch.ts'
import { cutPower } from './ledger/power-cuts.ts'
import {
  canTrace,
  fullDiskFaults,
  inflict,
  kills,
  type ProcessFault,
  pruner,
  systemCallFaults,
  type Victim,
} from './ledger/process-faults.ts'
import { cutsOfRetention, writeOldLedger } from './ledger/retention-faults.ts'

/** `npm run faults -- ledger` tries thousands; these were each wrong once. */
const SEEDS = [44, 57, 162, 400, 495, 678, 719, 841]
const MORE_SEEDS = 12

test('no power cut loses what was acknowledged, or makes the ledger not open', async (t) => {
  const directory = await scratch(t)
  let faults = 0
  for (const seed of [...SEEDS, ...Array.from({ length: MORE_SEEDS }, (_, seed) => seed)]) {
    const { lost, wrong, ...more } = await cutPower(directory, seed)
    assert.deepEqual({ lost, wrong }, { lost: [], wrong: [] }, `seed ${seed}`)
    faults += more.faults
  }
  assert.ok(faults >= MORE_SEEDS, `${faults} faults`)
})

test('retention that the power cuts off leaves each segment old or new', async (t) => {
  const directory = await scratch(t)
  const old = await writeOldLedger(directory)
  assert.ok(old.segments.length > 1)
  for (const [was, pruned] of old.segments) assert.ok(!was.equals(pruned))
  let faults = 0
  for await (const { lost, wrong, ...more } of cutsOfRetention(directory, old, 1)) {
    assert.deepEqual({ lost, wrong }, { lost: [], wrong: [] }, `fault ${faults}`)
    faults += more.faults
  }
  assert.ok(faults > 20, `${faults} faults`)
})

test('no system call that fails under retention leaves half a segment', async (t) => {
  if (!canTrace()) return t.skip('strace may not trace here')
  const directory = await scratch(t)
  const victim = pruner(await writeOldLedger(directory))
  const all = systemCallFaults(directory, victim)
  const kinds = new Set(all.map(({ kind }) => kind))
  assert.ok(kinds.has('killed at rename') && kinds.has('pwrite64 is cut short'))
  await inflictAll(
    directory,
    all.filter((_, index) => index % 12 === 5),
    victim,
  )
})

async function inflictAll(
  directory: string,
  faults: readonly ProcessFault[],
  victim?: Victim,
): Promise<void> {
  assert.ok(faults.length > 0)
  for (const fault of faults) {
    const loss = await inflict(directory, fault, victim)
    assert.deepEqual(loss, { lost: [], wrong: [] }, fault.kind)
  }
}

test('no system call that fails loses anything, and a sealed ledger takes no more', async (t) => {
  if (!canTrace()) return t.skip('strace may not trace here')
  const directory = await scratch(t)
  const all = systemCallFaults(directory)
  const kinds = new Set(all.map(({ kind }) => kind))
  assert.ok(kinds.size > 15, `${kinds.size} kinds`)
  await inflictAll(
    directory,
    all.filter((_, index) => index % 40 === 3),
  )
})

test('a full disk and a kill lose nothing either', async (t) => {
  const full = fullDiskFaults(20).filter((_, index) => index % 8 === 1)
  await inflictAll(await scratch(t), [...full, ...kills(1)])
})
