import assert from 'node:assert/strict'
import test from 'node:test'
import type { CedarCall, CedarEngine } from './engine.ts'
import { loadCedarEngine } from './engine.ts'
import { MAX_SLICES, Slices } from './slices.ts'

const CALL: CedarCall = {
  principal: { type: 'Agent', id: 'a' },
  action: { type: 'Action', id: 'x' },
  resource: { type: 'Tool', id: 'x' },
  context: { n: 3 },
  entities: [],
}

/** The engine, and how often it has parsed. */
function counting(): { readonly engine: CedarEngine; readonly parsed: string[] } {
  const parsed: string[] = []
  const engine = { ...loadCedarEngine() }
  const { preparsePolicySet } = engine
  engine.preparsePolicySet = (name, policies) => {
    parsed.push(name)
    return preparsePolicySet(name, policies)
  }
  return { engine, parsed }
}

const texts = Array.from(
  { length: MAX_SLICES + 40 },
  (_, index) => `permit(principal, action, resource) when { context.n > ${index} };`,
)

test('a slice is parsed once, however often it is asked', () => {
  const { engine, parsed } = counting()
  const slices = new Slices(engine, ['permit(principal, action, resource);', ...texts])
  for (let round = 0; round < 3; round++)
    assert.deepEqual([...slices.ask([0, 2, 5], CALL).satisfied].sort(), [0, 2])
  assert.equal(parsed.length, 1)
})

test('more slices than places are asked right, from places used again', () => {
  const { engine, parsed } = counting()
  const slices = new Slices(engine, texts)
  for (let round = 0; round < 2; round++)
    for (const number of texts.keys())
      assert.equal(slices.ask([number], CALL).satisfied.has(number), number < 3, `${number}`)
  assert.ok(new Set(parsed).size <= MAX_SLICES)
})

test('equal numbers of two sets are two slices', () => {
  const { engine } = counting()
  const [some, none] = [new Slices(engine, texts), new Slices(engine, texts.toReversed())]
  assert.equal(some.ask([0], CALL).satisfied.size, 1)
  assert.equal(none.ask([0], CALL).satisfied.size, 0)
  assert.equal(some.ask([0], CALL).satisfied.size, 1)
})

test('a slice that does not parse is refused and takes no place for good', () => {
  const { engine } = counting()
  const broken = new Slices(engine, ['permit(', ...texts])
  for (let round = 0; round < MAX_SLICES + 1; round++)
    assert.throws(() => broken.ask([0], CALL), { code: 'DECISION_FAILED' })
  assert.equal(broken.ask([1], CALL).satisfied.size, 1)
})
