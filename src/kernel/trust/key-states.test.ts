import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TrustHistory } from '../../../test/support/trust-history.ts'
import type { KeyRecord, NamedHead } from './key-record.ts'
import { advance, isLaterForm, isWhole, type KeyEvent } from './key-states.ts'

const history = new TrustHistory()
const [FIRST] = history.keys
assert.ok(FIRST)
const head = (size: number, root = 'AAAA'): NamedHead => ({ size, root })
const SUCCEED: KeyEvent = { kind: 'succeed' }
const retire = (size: number): KeyEvent => ({ kind: 'retire', final: head(size) })
const compromise = (size: number, root?: string): KeyEvent => ({
  kind: 'compromise',
  bound: head(size, root),
})
const run = (...events: readonly KeyEvent[]) => events.reduce(advance, { ...FIRST, firstSize: 5 })

const LEGAL: readonly [events: readonly KeyEvent[], state: KeyRecord['state']][] = [
  [[], 'active'],
  [[SUCCEED], 'retiring'],
  [[SUCCEED, retire(9)], 'retired'],
  [[SUCCEED, compromise(7)], 'compromised'],
  [[SUCCEED, retire(9), compromise(9)], 'compromised'],
  [[SUCCEED, retire(9), compromise(8), compromise(6)], 'compromised'],
]

for (const [events, state] of LEGAL) {
  test(`a key is ${state} after: ${events.map(({ kind }) => kind).join(', ') || 'nothing'}`, () => {
    const key = run(...events)
    assert.equal(key.state, state)
    assert.ok(isWhole(key))
    assert.ok(isLaterForm(run(), key))
  })
}

const ILLEGAL: Record<string, readonly KeyEvent[]> = {
  'the active key is retired': [retire(9)],
  'the active key is compromised, with none to go on': [compromise(9)],
  'a retiring key gets another successor': [SUCCEED, SUCCEED],
  'a retired key gets a successor': [SUCCEED, retire(9), SUCCEED],
  'a retired key is retired again': [SUCCEED, retire(9), retire(10)],
  'a compromised key is retired': [SUCCEED, compromise(9), retire(9)],
  'a compromised key gets a successor': [SUCCEED, compromise(9), SUCCEED],
  'a key is retired before it signed': [SUCCEED, retire(4)],
  'a bound is beyond the last size': [SUCCEED, retire(9), compromise(10)],
  'a bound has another root than the last head': [SUCCEED, retire(9), compromise(9, 'BBBB')],
  'a bound is drawn wider': [SUCCEED, retire(9), compromise(6), compromise(7)],
}

for (const [name, events] of Object.entries(ILLEGAL)) {
  test(`refused: ${name}`, () => {
    assert.throws(() => run(...events), { code: 'KEY_TRANSITION' })
  })
}

const TAKEN_BACK: Record<string, readonly [before: KeyRecord, after: KeyRecord]> = {
  'a retired key is active again': [run(SUCCEED, retire(9)), run()],
  'a retired key has signed longer': [run(SUCCEED, retire(9)), run(SUCCEED, retire(10))],
  'a compromised key is only retired': [
    run(SUCCEED, retire(9), compromise(6)),
    run(SUCCEED, retire(9)),
  ],
  'a bound is wider': [run(SUCCEED, compromise(6)), run(SUCCEED, compromise(7))],
  'a key has signed from earlier on': [run(), { ...run(), firstSize: 4 }],
  'a key was made at another time': [run(), { ...run(), notBefore: '2025-01-01T00:00:00.000Z' }],
}

for (const [name, [before, after]] of Object.entries(TAKEN_BACK)) {
  test(`no later form of the key: ${name}`, () => {
    assert.ok(!isLaterForm(before, after))
  })
}

const INCOHERENT: Record<string, Partial<KeyRecord>> = {
  'retired without a last head': { state: 'retired' },
  'active with a last head': { final: head(9) },
  'compromised without a bound': { state: 'compromised' },
  'retired with a bound': { state: 'retired', final: head(9), bound: head(9) },
  'a last size below its first': { state: 'retired', final: head(4) },
  'a bound below its first': { state: 'compromised', bound: head(4) },
  'a bound beyond its last size': { state: 'compromised', final: head(8), bound: head(9) },
}

for (const [name, change] of Object.entries(INCOHERENT)) {
  test(`no whole record: ${name}`, () => {
    assert.ok(!isWhole({ ...run(), ...change }))
  })
}
