import { unreachable } from '../../errors.ts'
import type { Diagnostic } from '../language/diagnostics.ts'
import { Diagnostics } from '../language/diagnostics.ts'
import type { ParsedFile } from '../language/parser.ts'
import type { Attachment, Expression, PolicyNode, Rule } from '../language/syntax.ts'
import type { ObligationRegistry } from '../obligation-registry.ts'
import { readAnnotations } from './annotations.ts'
import { argumentTypes } from './argument-types.ts'
import { placementOf, readAttachments } from './attachments.ts'
import { checkConstant } from './check-constant.ts'
import { checkDuplicates } from './check-duplicates.ts'
import { checkCondition } from './check-expression.ts'
import { checkHas } from './check-has.ts'
import { checkReach, deniedHeads, type Reach, reachOf } from './check-reach.ts'
import type { RequirementContext } from './check-requirements.ts'
import { auditNotes, checkRequirements } from './check-requirements.ts'
import { checkTarget, everyHead } from './check-target.ts'
import type { CheckedPolicy, CheckedRule, CheckedSet, Head } from './checked.ts'
import { Names, readVocabulary } from './read-vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

interface Checked {
  /** Sound only when no diagnostic is an error. */
  readonly set: CheckedSet
  readonly diagnostics: readonly Diagnostic[]
  /** In the order of the files given. */
  readonly files: readonly CheckedFile[]
  /** For checking one file more, or again. */
  readonly surroundings: Surroundings
}

export interface CheckedFile {
  readonly policies: readonly CheckedPolicy[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What the check of one file depends on beside the file. */
export interface Surroundings {
  readonly vocabulary: Vocabulary
  readonly registry: ObligationRegistry
  readonly reach: Reach
}

export type UncheckedFile = Pick<ParsedFile, 'source' | 'tree'>

/**
 * Checks a file as part of a set that has been checked. It is the same as checking all anew when
 * the file and what stood in its place are self-contained, and no two policies share a name.
 */
export function checkFile(
  { source, tree }: UncheckedFile,
  { vocabulary, registry, reach }: Surroundings,
): CheckedFile {
  const diagnostics = new Diagnostics(source)
  const placement = placementOf(source.file, diagnostics)
  const policies = tree.policies.map((policy) =>
    checkPolicy(policy, placement, { diagnostics, vocabulary, registry }),
  )
  checkReach(
    policies.map((policy) => [policy, diagnostics]),
    reach,
  )
  return { policies, diagnostics: diagnostics.list() }
}

/** Does the check of no other file depend on this one? */
export function isSelfContained(
  { tree }: UncheckedFile,
  policies: readonly CheckedPolicy[],
): boolean {
  return tree.declarations.length === 0 && policies.every((it) => deniedHeads(it).length === 0)
}

/** Checks the files of one set together: what one declares all of them may name. */
export function checkPolicies(
  files: readonly UncheckedFile[],
  registry: ObligationRegistry,
): Checked {
  const reported = files.map(({ source, tree }) => ({
    ...{ tree, declarations: tree.declarations },
    diagnostics: new Diagnostics(source),
  }))
  const vocabulary = readVocabulary(reported, registry)
  const names = new Names()
  const byFile = reported.map(({ tree, diagnostics }) => {
    const placement = placementOf(diagnostics.source.file, diagnostics)
    return tree.policies.map((policy): [CheckedPolicy, Diagnostics] => {
      names.declare('policy', policy.name, diagnostics)
      const context = { diagnostics, vocabulary, registry }
      return [checkPolicy(policy, placement, context), diagnostics]
    })
  })
  const policies = byFile.flat().map(([policy]) => policy)
  const reach = reachOf(policies, vocabulary)
  checkReach(byFile.flat(), reach)
  const checked = reported.map(({ diagnostics }, index) => ({
    policies: (byFile[index] ?? []).map(([policy]) => policy),
    diagnostics: diagnostics.list(),
  }))
  return {
    set: { orders: vocabulary.orders, policies },
    diagnostics: checked.flatMap((file) => file.diagnostics),
    files: checked,
    surroundings: { vocabulary, registry, reach },
  }
}

type FileContext = Omit<RequirementContext, 'attached' | 'binds'>

interface PolicyContext extends RequirementContext {
  /** The sentence of the policy's `@reason`. */
  readonly says: string | undefined
  /** Heads of the allows and denies of the policy, once they are checked. */
  readonly own: Head[]
}

function checkPolicy(
  policy: PolicyNode,
  placement: readonly Attachment[],
  context: FileContext,
): CheckedPolicy {
  const { diagnostics } = context
  const attached = readAttachments(policy.attachments, placement, diagnostics)
  const { says, observed } = readAnnotations(policy.annotations, 'policy', diagnostics)
  const binds = policy.rules.some(({ kind }) => kind === 'allow')
  const within: PolicyContext = { ...context, attached, binds, says, own: [] }
  // Audits last: one without a target is about what the other rules are about.
  const sorted = [...policy.rules].sort((a, b) => rank(a) - rank(b))
  const rules = sorted.map((rule) => checkRule(rule, within))
  checkDuplicates(policy, diagnostics)
  return { source: diagnostics.source, name: policy.name.text, observed, rules }
}

function rank({ kind }: Rule): number {
  return kind === 'audit' ? 1 : 0
}

function checkRule(rule: Rule, context: PolicyContext): CheckedRule {
  const { start, end, guard } = rule
  const { says = context.says } = readAnnotations(rule.annotations, 'rule', context.diagnostics)
  const common = { guard, says, start, end }
  const heads = rule.target === undefined ? undefined : checkTarget(rule.target, context)
  if (guard !== undefined) checkGuard(rule, guard, { heads, context })
  switch (rule.kind) {
    case 'allow':
    case 'deny': {
      const about = heads ?? []
      context.own.push(...about)
      if (rule.kind === 'allow') checkAllow(about, context)
      return { ...common, kind: rule.kind, heads: about }
    }
    case 'require':
      return { ...common, kind: 'require', heads, ...checkRequirements(rule, heads, context) }
    case 'audit': {
      const own = context.own.length > 0 ? context.own : everyHead(rule, context)
      return { ...common, kind: 'audit', heads: heads ?? own, notes: auditNotes(rule, context) }
    }
    default:
      return unreachable(rule)
  }
}

/** A guard reads the arguments of what its rule is about: it is checked for each type of them. */
function checkGuard(
  { kind }: Rule,
  guard: Expression,
  { heads, context }: { heads: readonly Head[] | undefined; context: PolicyContext },
): void {
  const { diagnostics, vocabulary } = context
  const { orders } = vocabulary
  const missing = MISSING[kind]
  for (const types of argumentTypes(heads, vocabulary))
    checkCondition(guard, { diagnostics, orders, types, missing })
  if (kind === 'allow') checkHas(guard, diagnostics)
  checkConstant(guard, { orders, diagnostics })
}

const MISSING = {
  allow: { severity: 'warning', outcome: 'this never allows' },
  deny: { severity: 'error', outcome: 'this denies' },
  require: { severity: 'error', outcome: 'this applies' },
  audit: { severity: 'warning', outcome: 'this applies' },
} as const

function checkAllow(heads: readonly Head[], { diagnostics }: PolicyContext): void {
  for (const head of heads)
    if (head.operation.kind === 'every' && head.resource.kind === 'every' && isOpen(head))
      diagnostics.warning({ at: head, message: 'this allows every operation there will ever be' })
}

function isOpen({ conditions }: Head): boolean {
  return conditions.length === 0
}
