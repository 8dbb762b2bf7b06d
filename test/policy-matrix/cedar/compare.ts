import assert from 'node:assert/strict'
import type { Decision } from '../../../src/kernel/policy/decision.ts'
import { permits } from '../../../src/kernel/policy/decision.ts'
import { parsePolicyFile } from '../../../src/kernel/policy/language/parser.ts'
import { positionOf } from '../../../src/kernel/policy/language/source.ts'
import type { PolicyText } from '../../../src/kernel/policy/load-policies.ts'
import type { PolicyRequest } from '../../../src/kernel/policy/policy-request.ts'
import { cedarOracle } from './oracle.ts'
import { toCedar } from './translate.ts'

/** How far Cedar and we could be compared. */
export type Agreement = 'the same' | 'no wider than Cedar' | 'Cedar skipped an allow'

/**
 * Compares decisions with Cedar's on one set. Where Cedar met no error, effect and determining
 * rules are the same. Where it skipped a deny that failed, ours has to deny or Cedar has to allow:
 * we are never wider. Where it skipped an allow, Kleene's `true || unknown` may hold for us, and
 * there is nothing to compare.
 */
export function cedarComparison(
  files: readonly PolicyText[],
): (request: PolicyRequest, decision: Decision) => Agreement {
  const ask = cedarOracle(toCedar(files.map(translated)))
  return (request, decision) => {
    const cedar = ask(request)
    if (cedar.errors.size === 0) {
      assert.equal(permits(decision), cedar.allows, 'Cedar decides otherwise')
      const places = decision.determining.map(
        ({ rule, file, line, column }) =>
          `${rule === 'allow' ? 'permit' : 'forbid'} ${file}:${line}:${column}`,
      )
      assert.deepEqual(new Set(places), cedar.determining, 'Cedar names other rules')
      return 'the same'
    }
    const skipped = [...cedar.errors].some((id) => id.startsWith('permit '))
    if (skipped) return 'Cedar skipped an allow'
    assert.ok(cedar.allows || !permits(decision), 'we allow what Cedar denies')
    return 'no wider than Cedar'
  }
}

function translated({ file, text }: PolicyText) {
  const { tree, source } = parsePolicyFile(file, text)
  const placeOf = (offset: number) => {
    const { line, column } = positionOf(source, offset)
    return `${file}:${line}:${column}`
  }
  return { tree, placeOf }
}
