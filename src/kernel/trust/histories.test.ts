/** Laws over any history of rotations: what was acknowledged holds, what was not does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NODE, TrustHistory } from '../../../test/support/trust-history.ts'
import { PortcullisError } from '../errors.ts'
import { encodeBase64 } from '../tlog/base64.ts'
import { claimedCheckpoint } from '../tlog/checkpoint.ts'
import { judgeHead } from './judge-head.ts'
import { type KeyRecord, keyIdOf } from './key-record.ts'
import { verifyTrustChain } from './verify-chain.ts'

/** Each run hashes its trees many times over. */
const RUNS = { numRuns: 40 }

type Step = 'append' | 'rotate' | 'retire' | 'compromise' | 'publish'
const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>('append', 'append', 'rotate', 'retire', 'compromise', 'publish'),
    which: fc.nat(1_000),
  }),
  { maxLength: 30 },
)

/** Carries out what the states allow. */
function live(plan: readonly { readonly step: Step; readonly which: number }[]): TrustHistory {
  const history = new TrustHistory()
  for (const [at, { step, which }] of plan.entries()) {
    const retiring = history.of('retiring').length > 0
    if (step === 'append') history.append(`leaf ${at}`)
    if (step === 'rotate' && !retiring) history.rotate()
    if (step === 'retire' && retiring) history.retire()
    if (step === 'publish') history.publish()
    if (step === 'compromise') compromise(history, which)
  }
  history.publish()
  return history
}

function compromise(history: TrustHistory, which: number): void {
  const keys = history.of('retiring', 'retired', 'compromised')
  const key = keys[which % Math.max(keys.length, 1)]
  if (key === undefined) return
  const most = Math.min(key.final?.size ?? history.size, key.bound?.size ?? history.size)
  const size = key.firstSize + (which % (most - key.firstSize + 1))
  history.compromise(key.vkey, history.headAt(size))
}

function codeOfJudging(judge: () => unknown): string {
  try {
    judge()
    return 'holds'
  } catch (error) {
    assert.ok(error instanceof PortcullisError)
    return error.code
  }
}

const lastSize = ({ final, bound }: KeyRecord) => bound?.size ?? final?.size ?? Infinity

test('the documents of any history follow one another', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const { files, keys } = live(plan)
      assert.deepEqual(verifyTrustChain(files).keys, keys)
    }),
    RUNS,
  )
})

test('every head that was ever signed holds, unless its only keys were stolen since', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const history = live(plan)
      const trust = verifyTrustChain(history.files)
      for (const note of history.heads) {
        const { size } = claimedCheckpoint(note)
        const ids = new Set(history.keys.filter((key) => signs(history, key, note)).map(keyIdOf))
        const signers = history.keys.filter((key) => ids.has(keyIdOf(key)) && size <= lastSize(key))
        const bound = signers.find(({ state }) => state === 'compromised')?.bound
        const consistency = bound && history.consistency(size, bound.size)
        const verdict = codeOfJudging(() => judgeHead(trust, note, consistency && { consistency }))
        assert.equal(verdict, signers.length > 0 ? 'holds' : 'KEY_COMPROMISED')
      }
    }),
    RUNS,
  )
})

test('every leaf that was ever acknowledged is under a head that holds', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const history = live(plan)
      const active = history.of('active').map(({ vkey }) => vkey)
      const { checkpoint } = judgeHead(history.draft(), history.note(active))
      assert.equal(checkpoint.size, history.size)
    }),
    RUNS,
  )
})

test('every head above the last size of its key is refused, and every second root', () => {
  const root = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const forged = { beyond: fc.integer({ min: -3, max: 3 }), root }
  fc.assert(
    fc.property(steps, fc.record(forged), fc.nat(1_000), (plan, { beyond, root }, which) => {
      const history = live(plan)
      const former = history.of('retired', 'compromised')
      const key = former[which % Math.max(former.length, 1)]
      if (key === undefined) return
      const size = Math.max(1, lastSize(key) + beyond)
      const note = history.note([key.vkey], { size, root: encodeBase64(root) })
      const verdict = codeOfJudging(() => judgeHead(history.draft(), note))
      if (size > lastSize(key))
        assert.match(verdict, /^KEY_RETIRED|KEY_COMPROMISED|TRUST_HEAD_FORKED$/)
      if (size === lastSize(key)) assert.equal(verdict, 'TRUST_HEAD_FORKED')
      if (size < key.firstSize) assert.notEqual(verdict, 'holds')
      if (key.state === 'compromised') assert.notEqual(verdict, 'holds')
    }),
    RUNS,
  )
})

function signs(history: TrustHistory, { vkey }: KeyRecord, note: string): boolean {
  const { size, root } = claimedCheckpoint(note)
  const line =
    history
      .note([vkey], { size, root: encodeBase64(root) })
      .split('\n')
      .at(-2) ?? '?'
  assert.ok(line.startsWith(`\u2014 ${NODE} `))
  return note.includes(`${line}\n`)
}
