import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ActorLink } from '../identity/principal.ts'
import type { Receipt, ReceiptDraft } from '../receipt/receipt.ts'
import { LabelBook } from './label-book.ts'

const HOUR = 3_600_000
const NOW = 1_790_000_000_000

const human = (id: string): ActorLink => ({ kind: 'human', id, via: 'session' })
const agent = (id: string): ActorLink => ({ kind: 'agent', id, via: 'bearer-jwt' })

interface Step {
  readonly id: string
  readonly chain?: readonly ActorLink[]
  readonly labels?: readonly string[]
  readonly at?: number
}

function receiptOf(kind: 'decision' | 'effect', step: Step, effect: ReceiptDraft['effect']) {
  const { id, chain = [agent('sales')], labels, at = NOW } = step
  const place = { v: 1, log: 'portcullis.example/test', seq: 0 } as const
  const told = { ...(effect && { effect }), ...(labels && { labels }) }
  const channel = { door: 'mcp', peer: '::1' }
  return { ...place, id, ts: at, run: 'r', kind, actor: chain, channel, ...told } satisfies Receipt
}

const decided = (step: Step) => receiptOf('decision', step, { state: 'dispatched' })
const ended = ({ id, ...step }: Step) =>
  receiptOf('effect', { ...step, id: `${id}-end` }, { state: 'confirmed', of: id })

function bookOf(receipts: readonly Receipt[], bounds: ConstructorParameters<typeof LabelBook>[0]) {
  const book = new LabelBook(bounds)
  for (const receipt of receipts) book.apply(receipt)
  return book
}

const labelsOf = (book: LabelBook, chain = [agent('sales')], now = NOW) =>
  book.of(chain, now).labels

const GIVEN = { id: 'r1', labels: ['private'] }

/** Who acts after sales has read something private, for whom, and whether that counts for them. */
const CHAINS: readonly [about: string, chain: readonly ActorLink[], labels: readonly string[]][] = [
  ['the agent itself', [agent('sales')], ['private']],
  ['the agent for a person', [human('ann'), agent('sales')], ['private']],
  ['one it hands work to', [agent('sales'), agent('helper')], ['private']],
  ['another agent', [agent('helper')], []],
  ['a person of the same name', [human('sales')], []],
]

for (const [about, chain, labels] of CHAINS) {
  test(`what an agent was given counts for ${about}: ${labels.length > 0}`, () => {
    const book = bookOf([decided(GIVEN), ended(GIVEN)], {})
    assert.deepEqual(labelsOf(book, [...chain]), labels)
  })
}

test('what is given to one that an agent hands work to is given to the agent', () => {
  const chain = [human('ann'), agent('sales'), agent('helper')]
  const book = bookOf([decided({ ...GIVEN, chain }), ended({ ...GIVEN, chain })], {})
  assert.deepEqual(labelsOf(book, [agent('sales')]), ['private'])
  assert.deepEqual(labelsOf(book, [agent('helper')]), ['private'])
  assert.deepEqual(labelsOf(book, [human('ann')]), [], 'or all her agents would share them')
})

test('a label is there from when it is held, and gone when nothing came of it', () => {
  const book = new LabelBook()
  const letGo = book.hold({ receipt: 'r1', chain: [agent('sales')], labels: ['a'], at: NOW })
  assert.deepEqual(book.of([agent('sales')], NOW).taints, [{ label: 'a', receipt: 'r1' }])
  letGo()
  assert.deepEqual(labelsOf(book), [])
  book.apply(decided({ id: 'r1', labels: ['a', 'b'] }))
  assert.deepEqual(labelsOf(book), ['a', 'b'])
  book.apply(ended({ id: 'r1', labels: ['b'] }))
  assert.deepEqual(labelsOf(book), ['b'], 'the outcome says what was given in the end')
})

test('an outcome that says nothing, as after a crash, gives all that was held', () => {
  const { labels: _labels, ...silent } = GIVEN
  assert.deepEqual(labelsOf(bookOf([decided(GIVEN), ended(silent)], {})), ['private'])
})

test('a call whose outcome nobody wrote counts as ended, and its labels end in their time', () => {
  const book = bookOf([decided(GIVEN)], { windowMs: HOUR })
  book.settleOpen()
  assert.deepEqual(labelsOf(book, [agent('sales')], NOW + HOUR - 1), ['private'])
  assert.deepEqual(labelsOf(book, [agent('sales')], NOW + HOUR), [])
})

test('a label is forgotten when its window ends, counted from the last result that gave it', () => {
  const again = { id: 'r2', labels: ['private'], at: NOW + HOUR }
  const receipts = [decided(GIVEN), ended(GIVEN), decided(again), ended(again)]
  const book = bookOf(receipts, { windowMs: 2 * HOUR })
  assert.deepEqual(labelsOf(book, [agent('sales')], NOW + 3 * HOUR - 1), ['private'])
  assert.deepEqual(labelsOf(book, [agent('sales')], NOW + 3 * HOUR), [])
})

const calls = (count: number, step: (n: number) => Partial<Step>) =>
  Array.from({ length: count }, (_, n): Step => ({ id: `r${n}`, ...step(n) })).flatMap((call) => [
    decided(call),
    ended(call),
  ])

test('with more labels than are remembered a run has every label', () => {
  const book = bookOf(
    calls(4, (n) => ({ labels: [`l${n}`] })),
    { labelsPerHolder: 3, windowMs: HOUR },
  )
  assert.deepEqual(labelsOf(book), ['l0', 'l1', 'l2', null])
  assert.deepEqual(labelsOf(book, [agent('sales')], NOW + HOUR), [])
})

test('with more agents than are remembered the others have every label, for as long', () => {
  const bounds = { holders: 2, windowMs: HOUR }
  const many = calls(3, (n) => ({ labels: ['x'], chain: [agent(`a${n}`)] }))
  const book = bookOf(many, bounds)
  assert.deepEqual(labelsOf(book, [agent('a0')]), ['x'])
  assert.deepEqual(labelsOf(book, [agent('a2')]), [null])
  assert.deepEqual(labelsOf(book, [agent('never-seen')]), [null])
  assert.deepEqual(labelsOf(book, [agent('a2')], NOW + HOUR), [])
  book.apply(decided({ id: 'late', labels: ['y'], chain: [agent('a2')], at: NOW + HOUR }))
  assert.deepEqual(labelsOf(book, [agent('a2')], NOW + HOUR), ['y'], 'there is room again')
})

const someStep = fc.record({
  who: fc.constantFrom('a', 'b', 'c'),
  labels: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }),
  given: fc.option(fc.constantFrom<readonly string[]>([], ['x'], ['x', 'y', 'z'])),
  after: fc.nat({ max: 3 * HOUR }),
})

test('a book read from receipts is the book that was kept, and knows no label nobody gave', () => {
  fc.assert(
    fc.property(fc.array(someStep, { maxLength: 12 }), fc.nat({ max: 4 * HOUR }), (steps, wait) => {
      let at = NOW
      const kept = new LabelBook({ windowMs: 2 * HOUR })
      const receipts = steps.flatMap(({ who, labels, given, after }, n) => {
        at += after
        const call = { id: `r${n}`, chain: [agent(who)], labels, at }
        const { labels: _labels, ...silent } = call
        return [decided(call), ended(given === null ? silent : { ...silent, labels: given })]
      })
      for (const receipt of receipts) kept.apply(receipt)
      const now = at + wait
      const read = bookOf(
        receipts.filter(({ ts }) => ts >= now - 2 * HOUR),
        { windowMs: 2 * HOUR },
      )
      for (const who of ['a', 'b', 'c']) {
        const { labels } = kept.of([agent(who)], now)
        assert.deepEqual(read.of([agent(who)], now).labels, labels)
        const ever = receipts.flatMap((it) => (it.actor[0]?.id === who ? (it.labels ?? []) : []))
        assert.ok(labels.every((label) => label !== null && ever.includes(label)))
      }
    }),
  )
})
