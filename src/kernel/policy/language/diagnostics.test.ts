import assert from 'node:assert/strict'
import test from 'node:test'
import { MAX_DIAGNOSTICS, MAX_LINE_LENGTH } from './bounds.ts'
import { fileDiagnostic, renderDiagnostic } from './diagnostics.ts'
import { parsePolicyFile } from './parser.ts'

test('a diagnostic shows the place, the line, a caret and what to do', () => {
  const text = 'policy p {\n\tallow: slack.* if args.n = 1\n}'
  const [diagnostic] = parsePolicyFile('policies/p.policy', text).diagnostics
  assert.ok(diagnostic !== undefined)
  assert.equal(
    renderDiagnostic(diagnostic),
    [
      'error: `=` does not compare',
      '  --> policies/p.policy:2:27',
      '  2 | \tallow: slack.* if args.n = 1',
      '    | \t                         ^',
      '  hint: write `==`',
    ].join('\n'),
  )
})

test('carriage returns of a Windows file are part of no line', () => {
  const [diagnostic] = parsePolicyFile('p.policy', 'policy p {\r\n  alow: t.x\r\n}').diagnostics
  assert.deepEqual([diagnostic?.line, diagnostic?.column, diagnostic?.text], [2, 3, '  alow: t.x'])
})

test('a terminal is shown no control character of a policy', () => {
  const [diagnostic] = parsePolicyFile('p.policy', 'policy p { \u001B[2J\u009B }').diagnostics
  assert.ok(diagnostic !== undefined)
  assert.doesNotMatch(renderDiagnostic(diagnostic), /[\u001B\u009B]/u)
})

test('of many errors the first are shown and the rest is counted', () => {
  const text = `policy p {\n${'nonsense:\n'.repeat(MAX_DIAGNOSTICS + 5)}}`
  const { diagnostics } = parsePolicyFile('p.policy', text)
  assert.equal(diagnostics.length, MAX_DIAGNOSTICS + 1)
  assert.equal(diagnostics.at(-1)?.message, '5 more errors in this file')
})

test('a line too long for a receipt is refused and shown cut', () => {
  const text = `policy p { # ${'x'.repeat(MAX_LINE_LENGTH)}\n}`
  const [diagnostic, ...more] = parsePolicyFile('p.policy', text).diagnostics
  assert.equal(diagnostic?.message, `line is longer than ${MAX_LINE_LENGTH} characters`)
  assert.equal(diagnostic?.text.length, MAX_LINE_LENGTH)
  assert.deepEqual(more, [])
})

test('a file that cannot be read has a place and no line', () => {
  const rendered = renderDiagnostic(fileDiagnostic('policies/p.policy', 'is not valid UTF-8'))
  assert.equal(rendered, 'error: is not valid UTF-8\n  --> policies/p.policy:1:1')
})
