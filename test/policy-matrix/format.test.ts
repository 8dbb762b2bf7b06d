import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { POLICY as DEMO_POLICY } from '../../demo/stage.ts'
import { STARTER_FILES } from '../../src/app/starter/starter-files.ts'
import { FORMAT_WIDTH, formatPolicy } from '../../src/kernel/policy/format/format-policy.ts'
import { gapsOf } from '../../src/kernel/policy/format/gaps.ts'
import { MAX_LINE_LENGTH } from '../../src/kernel/policy/language/bounds.ts'
import type { Token } from '../../src/kernel/policy/language/lexer.ts'
import { parsePolicyFile } from '../../src/kernel/policy/language/parser.ts'
import { versionOf } from '../../src/kernel/policy/version.ts'
import { rulesOfPolicies } from './arbitrary/policies.ts'
import { VOCABULARY } from './arbitrary/vocabulary.ts'
import { SEED_VOCABULARY } from './seed-policies.ts'

const FILE = 'p.policy'

/** What may stand between two tokens without changing them. */
const spaceText = fc.oneof(
  { weight: 5, arbitrary: fc.constant(' ') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '  \n\n\n', '\t', '\r\n') },
)
const gapText = fc.oneof(
  { weight: 20, arbitrary: spaceText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ' # one \n',
      ' // two\n\n # three\n',
      '\n\n# four\n\n\n',
      ' /* five */ ',
      '\n/* six */',
      '/* seven\n   eight */',
      ' /* nine */ # ten\n',
      ' # "a" { [ \n /* " */ /* # */\n',
    ),
  },
)

/** Random policies with random gaps between their tokens. */
function spread(gap: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const gaps = fc.array(gap, { minLength: 1, maxLength: 60 })
  return fc.tuple(rulesOfPolicies, gaps, fc.boolean()).map(([policies, between, annotated]) => {
    const blocks = policies.map((rules, index) => `policy p${index} {${rules.join('\n')}}`)
    const annotation = annotated ? '@mode("observe")' : ''
    const text = [VOCABULARY, SEED_VOCABULARY, annotation, ...blocks].join('\n')
    return withGaps(parsePolicyFile(FILE, text).tokens, between)
  })
}

function withGaps(tokens: readonly Token[], gaps: readonly string[]): string {
  let column = 0
  const between = (index: number) => {
    const gap = gaps[index % gaps.length] ?? ' '
    return column > MAX_LINE_LENGTH / 2 ? `${gap}\n` : gap
  }
  return tokens
    .map(({ text }, index) => {
      const written = `${between(index)}${text}`
      const end = written.lastIndexOf('\n')
      column = end === -1 ? column + written.length : written.length - end
      return written
    })
    .join('')
}

/** A line for each operand, or for each operand and each side of a comparison. */
function withBreaks(tokens: readonly Token[], after: readonly string[]): string {
  const gap = (index: number) => (after.includes(tokens[index - 1]?.text ?? '') ? '\n' : ' ')
  return tokens.map(({ text }, index) => `${gap(index)}${text}`).join('')
}

function formatted(text: string): string {
  const result = formatPolicy({ file: FILE, text })
  assert.ok(result.ok, JSON.stringify(result))
  return result.text
}

/** Tokens and comments in their order; comments without the space that ends their lines. */
function everything(text: string): readonly string[] {
  const { tokens } = parsePolicyFile(FILE, text)
  return gapsOf(text, tokens).flatMap(({ trailing, own }, index) => [
    ...[...trailing, ...own].map((comment) => comment.text),
    tokens[index]?.text ?? '',
  ])
}

const RUNS = { numRuns: 200 }

test('formatting what is formatted changes nothing', () => {
  fc.assert(
    fc.property(spread(gapText), (text) => {
      const once = formatted(text)
      assert.equal(formatted(once), once)
    }),
    RUNS,
  )
})

test('formatting keeps the version, every token and every comment, in their order', () => {
  fc.assert(
    fc.property(spread(gapText), (text) => {
      const after = formatted(text)
      const versions = [text, after].map((each) => versionOf([parsePolicyFile(FILE, each)]))
      assert.equal(versions[1], versions[0])
      assert.deepEqual(everything(after), everything(text))
    }),
    RUNS,
  )
})

test('no line is wider than the width, when no word is and there are no comments', () => {
  fc.assert(
    fc.property(spread(spaceText), (text) => {
      for (const line of formatted(text).split('\n'))
        assert.ok(line.length <= FORMAT_WIDTH, `${line.length}: ${line}`)
    }),
    RUNS,
  )
})

test('a policy reads the same however its author broke lines where none are kept', () => {
  fc.assert(
    fc.property(rulesOfPolicies, (policies) => {
      const text = policies.map((rules, index) => `policy p${index} {${rules.join(' ')}}`).join(' ')
      const { tokens } = parsePolicyFile(FILE, text)
      const [few, many] = [
        [',', '&&', '||', ':', '}'],
        [',', '&&', '||', ':', '}', '==', '<', '.'],
      ]
      assert.equal(formatted(withBreaks(tokens, few)), formatted(withBreaks(tokens, many)))
    }),
    RUNS,
  )
})

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const EXAMPLES = globSync('examples/*/**/*.policy', { cwd: ROOT })
const GUIDES = globSync('docs/guide/*.md', { cwd: ROOT })

/** Fenced texts of a page that are policies or declarations by themselves. */
function policiesIn(page: string): readonly string[] {
  const fenced = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```\n([\s\S]*?)^```$/gmu)
  return [...fenced].flatMap(([, text = '']) => {
    const { tree, diagnostics } = parsePolicyFile(page, text)
    const found = tree.policies.length + tree.declarations.length > 0
    return found && diagnostics.length === 0 ? [text] : []
  })
}

const CANONICAL: readonly (readonly [what: string, text: string])[] = [
  ['the policy of the starter', STARTER_FILES.get('policies/starter.policy') ?? ''],
  ['the policy of the demonstration', DEMO_POLICY],
  ['the vocabulary of the seed policies', SEED_VOCABULARY],
  ...EXAMPLES.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const),
  ...GUIDES.flatMap((page) => policiesIn(page).map((text) => [page, text] as const)),
]

for (const [what, text] of CANONICAL)
  test(`${what} is formatted`, () => assert.equal(formatted(text), text))

test('there are policies in the guides and the examples', () => {
  assert.ok(EXAMPLES.length > 0 && GUIDES.some((page) => policiesIn(page).length > 0))
})
