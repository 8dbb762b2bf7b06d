// Public: the policy engine alone. Named exports only.
export { OBLIGATIONS } from './app/obligations.ts'
export type { Approval } from './kernel/approvals/approval.ts'
export type { Obligation } from './kernel/obligations/obligation.ts'
export type {
  Decision,
  DemandedApproval,
  DemandedAudit,
  DemandedObligation,
  Effect,
  Observation,
  Reason,
  RuleRef,
} from './kernel/policy/decision.ts'
export { permits } from './kernel/policy/decision.ts'
export { declareOperations, type ToolSchema } from './kernel/policy/declare-operations.ts'
export type { Explanation } from './kernel/policy/explain.ts'
export { type Diagnostic, renderDiagnostic } from './kernel/policy/language/diagnostics.ts'
export {
  type LoadedPolicies,
  loadPolicies,
  type PolicyText,
} from './kernel/policy/load-policies.ts'
export type { OutsideLanguage } from './kernel/policy/outside.ts'
export { evaluateResidual } from './kernel/policy/plan/evaluate-residual.ts'
export { type Plan, type PlanOptions, planPermits } from './kernel/policy/plan/plan.ts'
export type { Operand, Residual } from './kernel/policy/plan/residual.ts'
export type { PolicyRequest } from './kernel/policy/policy-request.ts'
export { EMPTY_POLICY_SET, type PolicySet } from './kernel/policy/policy-set.ts'
export { renderDecision } from './kernel/policy/render-decision.ts'
export { renderExplanation } from './kernel/policy/render-explanation.ts'
export { renderPlan } from './kernel/policy/render-plan.ts'
