import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { completionsAt } from '../../src/kernel/policy/editor/complete.ts'
import { EditedSet, readUnfinished } from '../../src/kernel/policy/editor/edited-set.ts'
import { hoverAt } from '../../src/kernel/policy/editor/hover.ts'
import { definitionsOf, outlineOf, referencesOf } from '../../src/kernel/policy/editor/navigate.ts'
import { formatPolicy } from '../../src/kernel/policy/format/format-policy.ts'
import { SEED_POLICIES, SEED_VOCABULARY } from '../policy-matrix/seed-policies.ts'
import { BUILT_IN } from './marked.ts'

const PAGE = readFileSync(new URL('../../docs/spec/policy-language.md', import.meta.url), 'utf8')
const EXAMPLE = /```\n([\s\S]*?)```/u.exec(PAGE)?.[1] ?? ''
const SAMPLES = [EXAMPLE, SEED_VOCABULARY, ...SEED_POLICIES]

const VOCABULARY = readUnfinished({ file: 'v.policy', text: SEED_VOCABULARY })

/** Asks for everything at a place; each answer lies within the text. */
function askEverything(text: string, offset: number): void {
  const file = readUnfinished({ file: 'p.policy', text })
  const set = new EditedSet([file, VOCABULARY], BUILT_IN)
  const { at } = completionsAt(set, file, offset)
  const spans = [
    at,
    hoverAt(set, file, offset)?.at,
    ...outlineOf(file).flatMap((item) => [item.at, item.nameAt, ...item.parts.map((it) => it.at)]),
    ...[...definitionsOf(set, file, offset), ...referencesOf(set, { file, offset }, ALL)].flatMap(
      (place) => (place.source === file.source ? [place.at] : []),
    ),
  ]
  for (const span of spans)
    if (span !== undefined)
      assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length, text)
  formatPolicy({ file: 'p.policy', text })
}

const ALL = { includeDeclaration: true }

for (const [index, sample] of SAMPLES.entries())
  test(`sample ${index + 1} may be cut at any place`, () => {
    for (let end = 0; end <= sample.length; end++) askEverything(sample.slice(0, end), end)
  })

test('a sample with a hole anywhere, or anything written into it, is answered', () => {
  const stuff = fc.oneof(
    fc.constantFrom(
      '"',
      '{',
      '}',
      '(',
      ')',
      '[',
      '/*',
      '#',
      '|',
      '@',
      '.',
      ':',
      '\u202E',
      '\\',
      '\r',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  const place = fc.record({
    sample: fc.constantFrom(...SAMPLES),
    at: fc.nat(1_500),
    length: fc.nat(12),
    written: stuff,
    cursor: fc.nat(1_500),
  })
  fc.assert(
    fc.property(place, ({ sample, at, length, written, cursor }) => {
      const text = `${sample.slice(0, at)}${written}${sample.slice(at + length)}`
      askEverything(text, Math.min(cursor, text.length))
    }),
    { numRuns: 300 },
  )
})

test('names that every object has are names like others', () => {
  const text = 'policy constructor { allow: __proto__.toString if hasOwnProperty.constructor }'
  for (let offset = 0; offset <= text.length; offset++) askEverything(text, offset)
})

test('what is read as half typed keeps the place of everything after it', () => {
  const text = 'policy p { deny: a.b if args.x == "half\n}\npolicy q { deny: c.d }'
  const { tree } = readUnfinished({ file: 'p.policy', text })
  const [, second] = tree.policies
  assert.equal(text.slice(second?.name.start, second?.name.end), 'q')
})
