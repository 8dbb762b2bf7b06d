import assert from 'node:assert/strict'
import { MAX_DIAGNOSTICS } from '../../src/kernel/policy/language/bounds.ts'
import type { Diagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { renderDiagnostic } from '../../src/kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { REGISTRY } from './registry.ts'

export const FILE = 'f.policy'

/**
 * Whatever the text, loading answers with a set or with errors, each at a place that is there:
 * file, line and column, the line as it stands, a caret under it, a hint, and nothing that a
 * terminal would obey.
 */
export function diagnosed(text: string): readonly Diagnostic[] {
  const { set, diagnostics } = loadPolicies([{ file: FILE, text }], REGISTRY)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  assert.equal(set === undefined, errors.length > 0)
  assert.ok(errors.length <= MAX_DIAGNOSTICS + 1)
  const lines = text.split('\n')
  for (const diagnostic of diagnostics) {
    const { file, line, column } = diagnostic
    assert.equal(file, FILE)
    const there = lines[line - 1]?.replace(/\r$/, '') ?? assert.fail(`no line ${line}`)
    assert.ok(there.startsWith(diagnostic.text), 'the line as it stands')
    assert.ok(column >= 1 && column <= there.length + 2, `no column ${column}`)
    const shown = renderDiagnostic(diagnostic)
    assert.ok(shown.includes(`--> ${FILE}:${line}:${column}`))
    if (diagnostic.severity === 'error') assert.ok(shown.includes('\n  hint: '), shown)
    if (diagnostic.text !== '') assert.match(shown, /\| [\t ]*\^/u)
    assert.doesNotMatch(shown, /[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/u)
  }
  return errors
}
