import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { MAX_DIAGNOSTICS, MAX_NESTING } from '../../src/kernel/policy/language/bounds.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { filesOf, policiesText } from './arbitrary.ts'
import { REGISTRY } from './registry.ts'
import { SEED_POLICIES } from './seed-policies.ts'

const PIECES = [
  ...[
    'policy',
    'order',
    'allow:',
    'deny:',
    'require:',
    'audit:',
    'if',
    'unless',
    'for',
    'in',
    'has',
  ],
  ...[
    'like',
    'true',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '|',
    '||',
    '&&',
    '!',
    '=',
    '==',
    '<',
    '<=',
    '.',
  ],
  ...[
    '.*',
    '*',
    ',',
    ':',
    '@',
    '+',
    '-',
    '"',
    '\\',
    '\\u',
    '#',
    '//',
    '/*',
    '*/',
    '\n',
    '\r',
    '\0',
  ],
  ...[
    '\u202E',
    '\u2028',
    '\uD800',
    'é',
    '1',
    '1e9',
    '15m',
    '9'.repeat(400),
    'any(',
    'count(',
    '|x|',
  ],
  ...[
    '__proto__',
    'constructor',
    'args',
    'redact("email")',
    '("',
    '")',
    '('.repeat(60),
    '!'.repeat(60),
  ],
]

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat({ max: 12 }),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4, unit: 'binary' })),
})
const corpus = fc.oneof(
  fc.constantFrom(...SEED_POLICIES, ...vectorPolicies()),
  policiesText({ requirements: true }).map((policies) =>
    filesOf(policies)
      .map(({ text }) => text)
      .join('\n'),
  ),
)

test('whatever the text, loading answers with a set or with diagnostics', () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(corpus, mutations, (sound, changes) => {
      const text = changes.reduce((before, { at, cut, insert }) => {
        const place = Math.floor(at * before.length)
        return before.slice(0, place) + insert + before.slice(place + cut)
      }, sound)
      const { set, diagnostics } = loadPolicies([{ file: 'f.policy', text }], REGISTRY)
      const errors = diagnostics.filter(({ severity }) => severity === 'error')
      assert.equal(set === undefined, errors.length > 0)
      assert.ok(errors.length <= MAX_DIAGNOSTICS + 1)
      for (const diagnostic of diagnostics) {
        assert.ok(diagnostic.line >= 1 && diagnostic.column >= 1)
        assert.doesNotMatch(renderDiagnostic(diagnostic), /[^\P{Cc}\n\t]|\u202E/u)
      }
    }),
    { numRuns: 20_000 },
  )
})

const NESTINGS: Readonly<Record<string, (depth: number) => string>> = {
  parentheses: (depth) => `${'(\n'.repeat(depth)}true${')\n'.repeat(depth)}`,
  negations: (depth) => `${'!\n'.repeat(depth)}true`,
  lists: (depth) => `args.a in ${'[\n'.repeat(depth)}${']\n'.repeat(depth)}`,
  calls: (depth) => `${'count(\n'.repeat(depth)}args.a${')\n'.repeat(depth)} == 1`,
  unclosed: (depth) => '(\n'.repeat(depth),
}

for (const [what, guard] of Object.entries(NESTINGS)) {
  test(`${what} nested too deep are one error, however deep`, () => {
    for (const depth of [MAX_NESTING + 1, 100_000]) {
      const text = `policy p {\nallow: t.x if ${guard(depth)}\n}`
      const { set, diagnostics } = loadPolicies([{ file: 'f.policy', text }], REGISTRY)
      assert.equal(set, undefined)
      assert.deepEqual(
        diagnostics.map(({ message }) => message),
        [`nested deeper than ${MAX_NESTING} levels`],
      )
    }
  })
}

test('a chain is no nesting: it may have as many parts as a condition', () => {
  const conjuncts = Array.from({ length: 1_300 }, (_, index) => `args.a != ${index}`)
  const text = `policy p { allow: t.x if ${conjuncts.join('\n && ')} }`
  const { set } = loadPolicies([{ file: 'f.policy', text }], REGISTRY)
  const resource = { type: 'tool', id: 't.x' } as const
  const decision = set?.decide({ operation: 't.x', resource, attributes: { args: { a: -1 } } })
  assert.equal(decision?.effect, 'allow')
})

function vectorPolicies(): readonly string[] {
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
