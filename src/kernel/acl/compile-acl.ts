import { PortcullisError, unreachable } from '../errors.ts'
import type { RuleRef } from '../policy/decision.ts'
import { renderDiagnostic } from '../policy/language/diagnostics.ts'
import { type Source, type Span, sourceOf } from '../policy/language/source.ts'
import { loadPolicies } from '../policy/load-policies.ts'
import type { ObligationRegistry } from '../policy/obligation-registry.ts'
import type { OutsidePolicies, SettledRule } from '../policy/outside.ts'
import type { PolicyRequest } from '../policy/policy-request.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import { type Acl, aclDigest } from './acl.ts'
import { aclPolicy } from './acl-policy.ts'

/** The policy of a list demands nothing, so it needs no obligation to be known. */
const NO_OBLIGATIONS: ObligationRegistry = new Map()

/** What the version of a set covers of a list that stands beside it. */
export function aclFingerprint(digest: string): string {
  return `acl:${digest}`
}

/**
 * A list, compiled: rules of its own policy, which enter the decisions of another set as rules that
 * have come out. It is compiled alone, so that no vocabulary of a tenant changes what it means.
 */
export function compileAcl(acl: Acl): OutsidePolicies {
  const policy = aclPolicy(acl)
  const { set, diagnostics } = loadPolicies([policy], NO_OBLIGATIONS)
  if (set === undefined) {
    const mistakes = diagnostics.map(renderDiagnostic).join('\n')
    throw new PortcullisError(
      'INTERNAL',
      `the list of \`${acl.resource}\` does not compile\n${mistakes}`,
    )
  }
  const source = sourceOf(policy.file, policy.text)
  // What a list permits depends on no argument, so nothing is open.
  const judge = (request: PolicyRequest) => settledRules(request, set, source)
  return {
    ruleCount: set.ruleCount,
    fingerprint: aclFingerprint(aclDigest(acl)),
    judge,
    foresee: judge,
  }
}

function settledRules(
  request: PolicyRequest,
  set: PolicySet,
  source: Source,
): readonly SettledRule[] {
  const { effect, determining, nearMisses, errors } = set.decide(request)
  switch (effect) {
    case 'allow':
      return determining.map((ref) => settled({ ref, source, outcome: 'true' }))
    case 'deny':
      return nearMisses.map((ref) => {
        const fault = errors.find(({ line }) => line === ref.line)
        return settled({ ref, source, outcome: fault === undefined ? 'false' : 'error' })
      })
    case 'allow_with_conditions':
    case 'require_approval':
      throw new PortcullisError('INTERNAL', 'an access control list demands nothing')
    default:
      return unreachable(effect)
  }
}

interface Settling {
  readonly ref: RuleRef
  readonly source: Source
  readonly outcome: 'true' | 'false' | 'error'
}

function settled({ ref, source, outcome }: Settling): SettledRule {
  const allow = { ...ref, rule: 'allow' } as const
  const at = spanOf(ref, source)
  const fault = { at, message: 'who asks is not known' }
  return {
    ...{
      ref: allow,
      source,
      at,
      outcome,
      demands: { source: ref, obligations: [], approvals: [] },
    },
    ...(outcome === 'error' && { fault }),
  }
}

function spanOf({ line, column, text }: RuleRef, source: Source): Span {
  const start = (source.lines[line - 1] ?? 0) + column - 1
  return { start, end: start + text.trim().length }
}
