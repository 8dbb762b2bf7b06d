import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadPolicies } from '../load-policies.ts'
import { obligationRegistry } from '../obligation-registry.ts'
import type { RecordedRequest } from '../recorded-request.ts'
import { renderReplay } from './render-diff.ts'
import { replay } from './replay.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })

function setOf(text: string) {
  const { set } = loadPolicies([{ file: 'p.policy', text }], REGISTRY)
  return set ?? assert.fail('the policy does not load')
}

function asked(receipt: string, n: number, approved?: readonly string[]): RecordedRequest {
  const resource = { type: 'tool', id: 't.x' } as const
  const attributes = { principal: { id: 'sales' }, args: { n } }
  const request = { operation: 't.x', resource, attributes, ...(approved && { approved }) }
  return { receipt, at: 0, request }
}

test('every decision that changes is told with its receipt, what opens first', () => {
  const sets = {
    before: setOf('policy p { allow: t.x if args.n < 3 }'),
    after: setOf('policy p { allow: t.x if args.n > 1 }'),
  }
  const replayed = replay(
    [1, 2, 3, 4].map((n) => asked(`r${n}`, n)),
    sets,
  )
  assert.equal(replayed.replayed, 4)
  assert.deepEqual(
    replayed.changes.map(({ receipt, change }) => [receipt, change]),
    [
      ['r1', 'restrictive'],
      ['r3', 'permissive'],
      ['r4', 'permissive'],
    ],
  )
  const text = renderReplay(replayed)
  const first = [
    '4 recorded requests replayed: 3 decisions change',
    '  !! opens   t.x: deny → allow',
    '      receipt r3, 1970-01-01T00:00:00.000Z by sales',
    '      by allow p.policy:1',
  ]
  assert.deepEqual(text.split('\n').slice(0, 4), first)
})

test('approvals that were given count in the replay', () => {
  const declared = 'approval boss { approver: role("boss") }\n'
  const before = setOf(`${declared}policy p { allow: t.x }`)
  const after = setOf(`${declared}policy p { allow: t.x require: boss for t.x }`)
  const { changes } = replay([asked('r1', 1), asked('r2', 1, ['boss'])], { before, after })
  assert.deepEqual(
    changes.map(({ receipt }) => receipt),
    ['r1'],
  )
})

test('what nobody can open any more is counted, and replays nothing', () => {
  const set = setOf('policy p { allow: t.x }')
  const gone = { receipt: 'r2', at: 0, erased: true } as const
  const replayed = replay([asked('r1', 1), gone], { before: set, after: set })
  assert.deepEqual(replayed, { replayed: 1, erased: 1, changes: [] })
  assert.match(renderReplay(replayed), /\n1 other skipped: its subject was erased$/)
})
