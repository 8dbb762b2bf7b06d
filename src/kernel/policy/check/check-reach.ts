import { nearest } from '../../text/nearest.ts'
import { PatternMap } from '../evaluate/pattern-map.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { Pattern } from '../language/pattern.ts'
import { covers, coversOperations, matches } from '../language/pattern.ts'
import type { CheckedPolicy, CheckedTargetRule, Head } from './checked.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Where each policy's diagnostics go. */
export type Reported = readonly (readonly [policy: CheckedPolicy, diagnostics: Diagnostics])[]

/** What the rules of a whole set leave to be reached. */
export interface Reach {
  readonly denied: PatternMap<Denied[]>
  readonly operations: ReadonlyMap<string, readonly string[]>
}

export function reachOf(policies: readonly CheckedPolicy[], vocabulary: Vocabulary): Reach {
  return {
    denied: unconditionalDenies(policies),
    operations: declaredOperations(vocabulary),
  }
}

/** Warns of rules that can have no effect: what they allow is denied, or they are about nothing. */
export function checkReach(policies: Reported, { denied, operations }: Reach): void {
  for (const [{ rules }, diagnostics] of policies)
    for (const rule of rules) {
      for (const head of rule.heads ?? []) checkDeclared(head, operations, diagnostics)
      if (rule.kind === 'allow') checkShadowed(rule, denied, diagnostics)
    }
}

interface Denied {
  readonly head: Head
  readonly place: string
}

function unconditionalDenies(policies: readonly CheckedPolicy[]): PatternMap<Denied[]> {
  const denied = new PatternMap<Denied[]>()
  for (const policy of policies) {
    for (const head of deniedHeads(policy)) {
      const place = `policy \`${policy.name}\``
      denied.at(head.operation, () => []).push({ head, place })
    }
  }
  return denied
}

/** What a policy denies whatever the request holds. */
export function deniedHeads({ rules, observed }: CheckedPolicy): readonly Head[] {
  if (observed) return []
  return rules.flatMap((rule) =>
    rule.kind === 'deny' && rule.guard === undefined
      ? rule.heads.filter(({ conditions }) => conditions.length === 0)
      : [],
  )
}

function checkShadowed(
  { heads }: CheckedTargetRule,
  denied: PatternMap<Denied[]>,
  diagnostics: Diagnostics,
): void {
  for (const head of heads) {
    const above = denied
      .matching(textOf(head.operation))
      .flat()
      .find(
        (it) =>
          coversOperations(it.head.operation, head.operation) &&
          covers(it.head.resource, head.resource),
      )
    if (above === undefined) continue
    const hint = `${above.place} denies it without a condition`
    diagnostics.warning({ at: head, message: 'this allows nothing', hint })
  }
}

/** Declared operations of each server: what is not among its own is misspelt. */
function declaredOperations({ operations }: Vocabulary): ReadonlyMap<string, readonly string[]> {
  const servers = new Map<string, string[]>()
  for (const name of operations.keys()) {
    const dot = name.indexOf('.')
    if (dot === -1) continue
    const server = name.slice(0, dot + 1)
    const known = servers.get(server)
    if (known === undefined) servers.set(server, [name])
    else known.push(name)
  }
  return servers
}

function checkDeclared(
  { operation, start, end }: Head,
  servers: ReadonlyMap<string, readonly string[]>,
  diagnostics: Diagnostics,
): void {
  if (operation.kind === 'every' || servers.size === 0) return
  const { text } = operation
  const declared = servers.get(text.slice(0, text.indexOf('.') + 1))
  if (declared === undefined || declared.some((name) => matches(operation, name))) return
  const near = nearest(text, declared)
  const hint = near === undefined ? `there are ${declared.join(', ')}` : `did you mean \`${near}\`?`
  const message = `no declared operation is called \`${text}\``
  diagnostics.warning({ at: { start, end }, message, hint })
}

function textOf(pattern: Pattern): string {
  return pattern.kind === 'every' ? '' : pattern.text
}
