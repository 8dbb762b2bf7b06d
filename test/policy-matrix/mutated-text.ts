import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { anyPolicies, filesOf } from './arbitrary/policies.ts'
import { SEED_POLICIES, SEED_VOCABULARY } from './seed-policies.ts'

/** What breaks parsers: marks, words out of place, escapes, hidden characters, depth. */
const PIECES = [
  ...'policy order class resource approval obligation type operation audit allow'.split(' '),
  ...'allow: deny: require: audit: if unless when for in has like during after true'.split(' '),
  ...'( ) [ ] { } | || && ! = == < <= . .* ... * , : ? @ + - " \\ \\u # // /* */'.split(' '),
  ...['\n', '\r', '\0', '\t', '\u202E', '\u2028', '\uFEFF', '\uD800', 'é', 'e\u0301'],
  ...'1 1e9 15m 64KB 9007199254740993 any( count( |x| @mode("observe") @reason('.split(' '),
  ...['__proto__', 'constructor', 'args', 'redact("email")', '("', '")', 'policy p { allow: *'],
  ...['9'.repeat(400), '('.repeat(60), '!'.repeat(60), 'x.'.repeat(200), '"'.repeat(7)],
]

/** Names that fit where another name stood, so that the text is read and the checker has to see. */
const WORDS = [
  ...'allow deny require audit principal args session resource operation user data context'.split(
    ' ',
  ),
  ...'contains containsAny isEmpty length any all none count e redact mask contained true 1'.split(
    ' ',
  ),
  ...'"x" "public" "secret" "slack.*" slack.read memory.read secrecy p0 bulk sensitive_data'.split(
    ' ',
  ),
] as const

const change = fc.record({
  kind: fc.constant('piece' as const),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat({ max: 12 })),
  /** Takes a stretch of the text itself to another place. */
  copy: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 80 })),
  insert: fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 16, arbitrary: fc.constantFrom(...PIECES).map((piece) => ` ${piece} `) },
    { weight: 4, arbitrary: fc.string({ maxLength: 4, unit: 'grapheme-ascii' }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 2, unit: 'binary' }) },
  ),
})
const exchange = fc.record({
  kind: fc.constant('word' as const),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  insert: fc.constantFrom(...WORDS),
})
type Mutation =
  typeof change extends fc.Arbitrary<infer C>
    ? typeof exchange extends fc.Arbitrary<infer E>
      ? C | E
      : never
    : never

function mutated(text: string, mutation: Mutation): string {
  if (mutation.kind === 'word') {
    const words = [...text.matchAll(/[\w.]+|"[^"\n]*"/gu)]
    const word = words[Math.floor(mutation.at * words.length)] ?? { 0: '', index: 0 }
    const { index } = word
    return text.slice(0, index) + mutation.insert + text.slice(index + word[0].length)
  }
  const { at, cut, copy, insert } = mutation
  const place = Math.floor(at * text.length)
  const from = (place * 7919) % (text.length + 1)
  const inserted = insert + text.slice(from, from + copy)
  return text.slice(0, place) + inserted + text.slice(place + cut)
}

const vocabulary = `${SEED_VOCABULARY}\n`
const sound = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...SEED_POLICIES.map((text) => vocabulary + text),
      ...vectorPolicies(),
    ),
  },
  {
    weight: 1,
    arbitrary: anyPolicies.map((policies) =>
      filesOf(policies)
        .map(({ text }) => text)
        .join('\n'),
    ),
  },
)

/** A text that was a policy file before it was changed in a few places. */
export const mutatedText: fc.Arbitrary<string> = fc
  .tuple(sound, fc.array(fc.oneof(change, exchange), { minLength: 1, maxLength: 3 }))
  .map(([text, mutations]) => mutations.reduce(mutated, text))

/** Every policy that stands in the vectors. */
export function vectorPolicies(): readonly string[] {
  const directory = new URL('../../docs/spec/policy-vectors/', import.meta.url)
  return readdirSync(directory).flatMap((file) => {
    const vectors = JSON.parse(readFileSync(new URL(file, directory), 'utf8'))
    if (vectors.kind === 'loading')
      return vectors.rows.map(({ policy }: { policy: string[] }) => policy.join('\n'))
    if (vectors.kind !== 'decisions') return []
    return vectors.groups.map(({ policies }: { policies: Record<string, string[]> }) =>
      Object.values(policies).flat().join('\n'),
    )
  })
}
