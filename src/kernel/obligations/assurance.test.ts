import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Assured, shortOf } from './assurance.ts'
import { type Obligation, SANDBOX_TIERS } from './obligation.ts'

const NOW = 1_790_000_000_000
const NOTHING: Assured = { tier: 'none', finality: 'durable', stepUps: [], fulfils: [] }
const STEP_UP = { kind: 'step_up', method: 'mfa', withinMs: 60_000 } as const
const stepped = (method: string, at: number) => ({ stepUps: [{ method, at }] })
const DECLARED = { kind: 'declared', name: 'differential_privacy' } as const
const LEVEL = { kind: 'declared', name: 'log_level', value: 'info' } as const

const CASES: readonly [
  what: string,
  obligation: Obligation,
  proved: Partial<Assured>,
  code: string | undefined,
][] = [
  ['durable is what there always is', { kind: 'finality', finality: 'durable' }, {}, undefined],
  [
    'without a witness nothing is witnessed',
    { kind: 'finality', finality: 'witnessed' },
    {},
    'FINALITY_UNAVAILABLE',
  ],
  [
    'what is witnessed is durable',
    { kind: 'finality', finality: 'durable' },
    { finality: 'witnessed' },
    undefined,
  ],
  ['a step up that never was', STEP_UP, {}, 'STEP_UP_REQUIRED'],
  ['one just now', STEP_UP, stepped('mfa', NOW), undefined],
  ['one at the last moment', STEP_UP, stepped('mfa', NOW - 60_000), undefined],
  ['one too long ago', STEP_UP, stepped('mfa', NOW - 60_001), 'STEP_UP_REQUIRED'],
  ['one that is yet to come', STEP_UP, stepped('mfa', NOW + 1), 'STEP_UP_REQUIRED'],
  ['one by another method', STEP_UP, stepped('sms', NOW), 'STEP_UP_REQUIRED'],
  ['a declared one that nobody fulfils', DECLARED, {}, 'OBLIGATION_UNFULFILLED'],
  ['one that is fulfilled', DECLARED, { fulfils: ['differential_privacy'] }, undefined],
  ['one fulfilled with a value', LEVEL, { fulfils: ['log_level=info'] }, undefined],
  ['with another value', LEVEL, { fulfils: ['log_level=debug'] }, 'OBLIGATION_UNFULFILLED'],
  ['without one', LEVEL, { fulfils: ['log_level'] }, 'OBLIGATION_UNFULFILLED'],
]

for (const [what, obligation, proved, code] of CASES) {
  test(`${obligation.kind}: ${what}`, () => {
    assert.equal(shortOf(obligation, { ...NOTHING, ...proved }, NOW), code)
  })
}

test('a sandbox is strong enough from the tier that is asked for upward', () => {
  for (const [has, tier] of SANDBOX_TIERS.entries()) {
    const codes = SANDBOX_TIERS.map((asked) =>
      shortOf({ kind: 'sandbox_tier', tier: asked }, { ...NOTHING, tier }, NOW),
    )
    assert.deepEqual(
      codes.map((code) => code ?? 'ok'),
      SANDBOX_TIERS.map((_, asked) => (asked <= has ? 'ok' : 'SANDBOX_TOO_WEAK')),
    )
  }
})

test('a tier that nobody knows is never reached', () => {
  // @ts-expect-error a tier of another version
  const odd: Obligation = { kind: 'sandbox_tier', tier: 'moon' }
  assert.equal(shortOf(odd, { ...NOTHING, tier: 'vm' }, NOW), 'SANDBOX_TOO_WEAK')
})
