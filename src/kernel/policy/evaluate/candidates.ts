import { unreachable } from '../../errors.ts'
import type { CompiledAudit, CompiledRequirement, CompiledRule } from './compiled.ts'

/** Rules by what they do, as those that are about one request. */
export interface Candidates {
  readonly denies: readonly CompiledRule[]
  readonly requirements: readonly CompiledRequirement[]
  readonly allows: readonly CompiledRule[]
  readonly audits: readonly CompiledAudit[]
}

/** The same while it is gathered. */
export interface Draft {
  readonly denies: CompiledRule[]
  readonly requirements: CompiledRequirement[]
  readonly allows: CompiledRule[]
  readonly audits: CompiledAudit[]
}

export function emptyDraft(): Draft {
  return { denies: [], requirements: [], allows: [], audits: [] }
}

/** A rule of any kind. */
export type AnyRule = CompiledRule | CompiledRequirement | CompiledAudit

/** Puts a rule at the end of its list, unless it stands there already. */
export function addTo(draft: Draft, rule: AnyRule): void {
  switch (rule.kind) {
    case 'deny':
      addOnce(rule, draft.denies)
      return
    case 'allow':
      addOnce(rule, draft.allows)
      return
    case 'require':
      addOnce(rule, draft.requirements)
      return
    case 'audit':
      addOnce(rule, draft.audits)
      return
    default:
      unreachable(rule)
  }
}

function addOnce<T>(rule: T, rules: T[]): void {
  if (rules.at(-1) !== rule) rules.push(rule)
}

/** All of them: denies first. */
export function allOf({ denies, requirements, allows, audits }: Candidates): readonly AnyRule[] {
  return [...denies, ...requirements, ...allows, ...audits]
}
