import { checkPolicies } from '../check/check-policies.ts'
import type {
  CheckedPolicy,
  CheckedRequirement,
  CheckedRule,
  CheckedTargetRule,
  Head,
} from '../check/checked.ts'
import type { Diagnostic } from '../language/diagnostics.ts'
import { parsePolicyFile } from '../language/parser.ts'
import { overlap } from '../language/pattern.ts'
import type { Expression } from '../language/syntax.ts'
import type { ObligationRegistry } from '../obligation-registry.ts'
import type { PolicyText } from '../policy-text.ts'
import { versionOf } from '../version.ts'
import { Inexpressible } from './inexpressible.ts'
import type { LeftOut } from './left-out.ts'
import { placeOf } from './left-out.ts'
import type { Statement } from './render-cedar.ts'
import { renderCedar } from './render-cedar.ts'
import type { Assumptions } from './translate-condition.ts'
import { translateCondition } from './translate-condition.ts'
import { asCondition, translateHead } from './translate-head.ts'

export interface CedarExport {
  readonly text: string
  /** Of what was left out, what denies or demands: empty, or the export is partial. */
  readonly missing: readonly LeftOut[]
  /** Everything that was left out: the missing, and what leaves requests denied that were not. */
  readonly leftOut: readonly LeftOut[]
  /** What requests have to be like for the two to agree. */
  readonly assumptions: readonly string[]
}

export type ExportOutcome =
  | { readonly ok: true; readonly exported: CedarExport }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * The policies in Cedar, as far as Cedar has words for them. What is exported never allows what the
 * policies do not, also where it is partial: an allow that a rule left out would bind is left out
 * too. Cedar skips a forbid in error, so every permit says once more what the forbids say; there an
 * error keeps the permit from allowing.
 */
export function exportCedar(
  files: readonly PolicyText[],
  registry: ObligationRegistry,
): ExportOutcome {
  const parsed = files.map(({ file, text }) => parsePolicyFile(file, text))
  const checked = checkPolicies(parsed, registry)
  const diagnostics = [...parsed.flatMap((file) => file.diagnostics), ...checked.diagnostics]
  if (diagnostics.some(({ severity }) => severity === 'error')) return { ok: false, diagnostics }
  const exporter = new Exporter(checked.set.policies.filter(({ observed }) => !observed))
  return { ok: true, exported: exporter.export(versionOf(parsed)) }
}

/** Something that stops a request under a head: in Cedar, or by leaving out the allows it binds. */
interface Stop {
  readonly head: Head
  /** Absent: Cedar cannot say it. */
  readonly condition?: string
}

class Exporter {
  private readonly policies: readonly CheckedPolicy[]
  private readonly statements: Statement[] = []
  private readonly stops: Stop[] = []
  private readonly leftOut: LeftOut[] = []
  private readonly missing: LeftOut[] = []
  private readonly assume: Assumptions = new Set()

  constructor(policies: readonly CheckedPolicy[]) {
    this.policies = policies
  }

  /** First all that stops requests, then the allows, which repeat it. */
  export(version: string): CedarExport {
    for (const policy of this.policies)
      for (const rule of policy.rules)
        if (rule.kind === 'deny') this.deny(policy, rule)
        else if (rule.kind === 'require' && rule.heads !== undefined)
          this.require(policy, rule, rule.heads)
        else if (rule.kind === 'audit') this.leaveOut(policy, rule, 'Cedar keeps no receipts')
    const bounds = this.policies.map((policy) => this.boundBy(policy))
    for (const policy of this.policies) if (demandsMore(policy)) this.keepClear(policy)
    for (const [index, policy] of this.policies.entries())
      for (const rule of policy.rules)
        if (rule.kind === 'allow') this.allow(policy, rule, bounds[index])
    const { statements, missing, leftOut } = this
    const assumptions = [...this.assume].sort()
    const text = renderCedar({ statements, version, leftOut, missing, assumptions })
    return { text, missing, leftOut, assumptions }
  }

  private deny(policy: CheckedPolicy, rule: CheckedTargetRule): void {
    this.stop(policy, rule, { heads: rule.heads, when: (head) => this.guardsOf(rule, head) })
  }

  /** What is not met for a target denies; what is demanded for it Cedar cannot say. */
  private require(policy: CheckedPolicy, rule: CheckedRequirement, heads: readonly Head[]): void {
    const why = demandsOf(rule)
    if (why !== undefined) this.miss(policy, rule, { heads, why })
    if (rule.predicates.length === 0) return
    const when = (head: Head) => [
      ...this.guardsOf(rule, head),
      `!(${rule.predicates.map((node) => this.translate(node)).join(' && ')})`,
    ]
    this.stop(policy, rule, { heads, when })
  }

  private stop(policy: CheckedPolicy, rule: CheckedRule, stopping: Stopping): void {
    const { heads, when } = stopping
    this.attempt(
      () => {
        const said = heads.map((head) => ({ head, cedar: translateHead(head), when: when(head) }))
        for (const { head, cedar, when: conditions } of said) {
          const all = [...asCondition(cedar), ...conditions]
          this.stops.push({ head, condition: all.length === 0 ? 'true' : `(${all.join(' && ')})` })
          this.say(policy, rule, { effect: 'forbid', head: cedar, when: conditions, unless: [] })
        }
      },
      (why) => this.miss(policy, rule, { heads, why }),
    )
  }

  private miss(policy: CheckedPolicy, rule: CheckedRule, { heads, why }: Missing): void {
    this.missing.push(this.leaveOut(policy, rule, why))
    this.stops.push(...heads.map((head) => ({ head })))
  }

  private allow(policy: CheckedPolicy, rule: CheckedTargetRule, bound: Bound): void {
    this.attempt(
      () => {
        if (bound === undefined) throw new Inexpressible(rule, 'its policy demands more')
        const said = rule.heads.map((head) => ({
          ...({ effect: 'permit', head: translateHead(head) } as const),
          when: [...this.guardsOf(rule, head), ...bound],
          unless: this.stopsOf(rule, head),
        }))
        for (const statement of said) this.say(policy, rule, statement)
      },
      (why) => this.leaveOut(policy, rule, why),
    )
  }

  /** What the bare requirements of a policy say to its allows; nothing where Cedar cannot. */
  private boundBy(policy: CheckedPolicy): Bound {
    let bound: readonly string[] | undefined = []
    for (const rule of policy.rules) {
      if (rule.kind !== 'require' || rule.heads !== undefined) continue
      this.attempt(
        () => {
          const said = this.bareOf(rule)
          bound &&= [...bound, ...said]
        },
        (why) => {
          this.missing.push(this.leaveOut(policy, rule, why))
          bound = undefined
        },
      )
    }
    return bound
  }

  /**
   * Where an allow of such a policy holds its demands bind the request, whatever other allows hold:
   * the permits of others keep clear of it.
   */
  private keepClear(policy: CheckedPolicy): void {
    for (const rule of policy.rules)
      for (const head of rule.kind === 'allow' ? rule.heads : [])
        this.attempt(
          () => {
            const all = [...asCondition(translateHead(head)), ...this.guardsOf(rule, head)]
            const condition = all.length === 0 ? 'true' : `(${all.join(' && ')})`
            this.stops.push({ head, condition })
          },
          () => this.stops.push({ head }),
        )
  }

  private bareOf(rule: CheckedRequirement): readonly string[] {
    const why = demandsOf(rule)
    if (why !== undefined) throw new Inexpressible(rule, why)
    const predicates = rule.predicates.map((node) => this.translate(node))
    if (rule.guard === undefined) return predicates
    return [`(!(${this.translate(rule.guard)}) || (${predicates.join(' && ')}))`]
  }

  private stopsOf(rule: CheckedRule, head: Head): readonly string[] {
    const near = this.stops.filter((stop) => touch(stop.head, head))
    return near.map(({ condition }) => {
      if (condition !== undefined) return condition
      throw new Inexpressible(rule, 'a rule that was left out may bind it')
    })
  }

  private guardsOf({ guard }: CheckedRule, head: Head): readonly string[] {
    const nodes = head.conditions.map(({ node }) => node)
    return [...nodes, ...(guard === undefined ? [] : [guard])].map((node) => this.translate(node))
  }

  private translate(node: Expression): string {
    return translateCondition(node, this.assume)
  }

  private say(policy: CheckedPolicy, rule: CheckedRule, said: Omit<Statement, 'place'>): void {
    const { says } = rule
    const reason = says === undefined ? {} : { says }
    this.statements.push({ ...said, ...reason, place: placeOf(policy, rule) })
  }

  private leaveOut(policy: CheckedPolicy, rule: CheckedRule, why: string): LeftOut {
    const left = { ...placeOf(policy, rule), why }
    this.leftOut.push(left)
    return left
  }

  private attempt(say: () => void, cannot: (why: string) => void): void {
    try {
      say()
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error
      cannot(error.message)
    }
  }
}

type Bound = readonly string[] | undefined

interface Stopping {
  readonly heads: readonly Head[]
  readonly when: (head: Head) => readonly string[]
}

interface Missing {
  readonly heads: readonly Head[]
  readonly why: string
}

function demandsMore({ rules }: CheckedPolicy): boolean {
  return rules.some(
    (rule) => rule.kind === 'require' && rule.heads === undefined && demandsOf(rule) !== undefined,
  )
}

function demandsOf({ obligations, approvals }: CheckedRequirement): string | undefined {
  if (obligations.length > 0) return 'Cedar has no obligations'
  return approvals.length > 0 ? 'Cedar has no approvals' : undefined
}

/** May one request be under both heads? */
function touch(a: Head, b: Head): boolean {
  return overlap(a.operation, b.operation) && overlap(a.resource, b.resource)
}
