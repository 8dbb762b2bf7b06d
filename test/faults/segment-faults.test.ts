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
  systemCallFaults,
} from './ledger/process-faults.ts'

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

async function inflictAll(directory: string, faults: readonly ProcessFault[]): Promise<void> {
  assert.ok(faults.length > 0)
  for (const fault of faults) {
    const loss = await inflict(directory, fault)
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
