import assert from 'node:assert/strict'
import { test } from 'node:test'
import { file } from './tidy/planted.ts'
import { codeSound, codeViolations } from './tidy/planted-code.ts'
import { docsSound, docsViolations } from './tidy/planted-docs.ts'
import { projectSound, projectViolations } from './tidy/planted-project.ts'
import type { ProjectFile } from './tidy/project.ts'
import { RULES, type RuleName, tidy } from './tidy.ts'

const VIOLATIONS = [...codeViolations, ...projectViolations, ...docsViolations]
const SOUND = [...codeSound, ...projectSound, ...docsSound]

const only = (rule: RuleName, files: readonly ProjectFile[]) =>
  tidy(files).filter((finding) => finding.rule === rule)

for (const { rule, violation, files, line, says } of VIOLATIONS) {
  test(`${rule} finds ${violation}`, () => {
    const [first, ...more] = only(rule, files)
    assert.equal(more.length, 0)
    assert.equal(first?.line, line)
    assert.match(first?.message ?? '', says)
  })
}

for (const [rule, what, files] of SOUND) {
  test(`${rule} leaves ${what} alone`, () => assert.deepEqual(only(rule, files), []))
}

const IMPURE = [
  'const now = Date.now()',
  'const now = new Date()',
  'const now = new Date',
  'const now = Date()',
  'const started = performance.now()',
  'const id = Math.random()',
  'names.sort((a, b) => a.localeCompare(b))',
  'const shown = amount.toLocaleString()',
  'const format = new Intl.DateTimeFormat()',
  `const id = \`\${Math.random()}\``,
]

for (const line of IMPURE) {
  for (const folder of ['kernel', 'pipeline/steps']) {
    test(`purity finds \`${line}\` in ${folder}`, () => {
      const [finding] = only('purity', [file(`src/${folder}/a.ts`, `/* why\n*/\n${line}\n`)])
      assert.equal(finding?.line, 3)
      assert.match(finding?.message ?? '', /is not pure: /)
    })
  }
}

test('every rule has a planted violation', () => {
  const planted = new Set<string>(['purity', ...VIOLATIONS.map(({ rule }) => rule)])
  assert.deepEqual(planted, new Set(Object.keys(RULES)))
})
