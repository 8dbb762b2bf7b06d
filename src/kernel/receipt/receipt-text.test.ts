import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyReceipt, decisionDraft } from '../../../test/support/sample-receipts.ts'
import { canonical } from './canonical.ts'
import { RECEIPT_VERSION, type Receipt } from './receipt.ts'
import { receiptText } from './receipt-text.ts'

const place = { v: RECEIPT_VERSION, log: 'portcullis.example/test', seq: 4, prev: 'AAAA' } as const

const RULE = {
  policy: 'crm',
  rule: 'deny',
  file: 'crm.policy',
  line: 2,
  column: 3,
  text: 'deny',
} as const

test('the fast form of any receipt is its canonical form', () => {
  fc.assert(fc.property(anyReceipt, (receipt) => receiptText(receipt) === canonical(receipt)))
})

/** Every member of every part: a new one does not compile until it is here. */
type Whole<T> = T extends readonly (infer Item)[]
  ? readonly Whole<Item>[]
  : T extends object
    ? { readonly [Member in keyof T]-?: Whole<NonNullable<T[Member]>> }
    : T

const SETTLED = {
  effect: 'allow',
  reason: 'allowed',
  rules: [{ ...RULE, says: 's' }],
} as const

const WHOLE: Whole<Receipt> = {
  ...place,
  ...{ id: 'd', ts: 1_790_000_000_000.5, run: 'r', kind: 'alert', code: 'INTERNAL' },
  actor: [
    { kind: 'agent', id: 'a', via: 'dpop-jwt', version: '1', digest: 'sha256:00', session: 't' },
  ],
  channel: { door: 'mcp', peer: '::1' },
  action: {
    ...{ operation: 'a.b', resource: { type: 'tool', id: 'a.b' } },
    ...{ server: 'a', schema: 'sha256:01', risk: 'high' },
  },
  decision: {
    ...{ ...SETTLED, version: 'v', obligations: ['o'], errors: ['e'], audits: ['a'] },
    observed: SETTLED,
  },
  in: { digest: 'a', bytes: 1, subject: 's', kept: 'k', sealed: true, type: 'text/plain' },
  out: { digest: 'b', bytes: 2, subject: 's', kept: 'k', sealed: false, type: 'text/plain' },
  redactions: [{ path: 'p', why: 'w' }],
  effect: { state: 'failed', of: 'd' },
  cost: { ms: 1, micros: 2, tokens: { in: 3, out: 4 } },
  event: {
    ...{ name: 'refusals.summed', detail: 'd', digest: 'sha256:02', count: 3, since: 4 },
    codes: [{ code: 'IDENTITY_MISSING', count: 3 }],
    ...{ subject: 's', leaves: { from: 0, to: 1 } },
    hold: { id: 'h', kind: 'time', run: 'r', subject: 's', from: 0, to: 1 },
  },
  clock: { back_ms: 5 },
  sandbox: { tier: 't', image: 'i', profile: 'p', egress: 'e' },
  spend: [{ budget: 'b', amount: 0.5 }],
  labels: ['l'],
  taints: [{ label: 'l', receipt: 'd' }],
  sanitised: [{ path: 'p', why: 'w' }],
  detail: { considered: ['c'], paths: ['p'] },
  approval: { request: 'q', binding: 'b', names: ['n'], by: ['a'], expires: 1 },
}

test('the fast form is canonical with every member there is', () => {
  assert.equal(receiptText(WHOLE), canonical(WHOLE))
})

/** Every place of a value inside the receipt: `event.codes.0.count`. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([name, item]) => placesIn(item, [...path, name]))
  return path.length === 0 ? inner : [path, ...inner]
}

function withAt([name = '', ...rest]: readonly string[], value: unknown, at: unknown): unknown {
  const copy = Array.isArray(at) ? [...at] : { ...(at as object) }
  const inner = Reflect.get(copy, name)
  Reflect.set(copy, name, rest.length === 0 ? value : withAt(rest, value, inner))
  return copy
}

test('no member may be of another type', () => {
  const places = placesIn(WHOLE)
  assert.ok(places.length > 100)
  for (const path of places) {
    for (const wrong of [null, Symbol('x'), 7n, () => 1]) {
      const bad = withAt(path, wrong, WHOLE)
      assert.throws(() => receiptText(bad), { code: 'RECEIPT_INVALID' }, path.join('.'))
    }
  }
})

test('text that looks like what JSON cannot say is written as it is', () => {
  for (const id of ['null', '\\ud800', '"null"', 'a\\\\udfff']) {
    const receipt = { ...decisionDraft(id), ...place }
    assert.equal(receiptText(receipt), canonical(receipt))
  }
})

test('what has no canonical form is refused by the fast form too', () => {
  const draft = { ...decisionDraft('x'), ...place }
  for (const bad of [
    { ...draft, id: '\ud800' },
    { ...draft, ts: Number.NaN },
    { ...draft, cost: { ms: Number.POSITIVE_INFINITY } },
    { ...draft, actor: [{ kind: 'agent', id: 'a\udc00', via: 'runtime' }] as const },
  ]) {
    assert.throws(() => receiptText(bad), { code: 'JSON_UNSUPPORTED' })
  }
})
