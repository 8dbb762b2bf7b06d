// Public: the policy engine alone. Named exports only.
export { OBLIGATIONS } from './app/obligations.ts'
export type { Decision, RuleRef } from './kernel/policy/decision.ts'
export { type Diagnostic, renderDiagnostic } from './kernel/policy/language/diagnostics.ts'
export {
  type LoadedPolicies,
  loadPolicies,
  type PolicyText,
} from './kernel/policy/load-policies.ts'
export type { PolicyRequest } from './kernel/policy/policy-request.ts'
export { EMPTY_POLICY_SET, type PolicySet } from './kernel/policy/policy-set.ts'
export { renderDecision } from './kernel/policy/render-decision.ts'
