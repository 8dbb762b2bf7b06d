import { unreachable } from '../../errors.ts'
import type { RuleRef } from '../decision.ts'
import type {
  CompiledAudit,
  CompiledRequirement,
  CompiledRule,
  CompiledSet,
} from '../evaluate/compiled.ts'
import { isAbout } from '../language/pattern.ts'
import type { PolicyRequest } from '../policy-request.ts'

/** Rules that an explanation lists as not considered; of the rest it says how many they are. */
export const MAX_NOT_CONSIDERED = 20

/** Rules that are not about a request. */
export interface NotConsidered {
  readonly count: number
  /** The nearest ones: first those that are about the operation, on another resource. */
  readonly listed: readonly { readonly ref: RuleRef; readonly why: string }[]
}

type AnyRule = CompiledRule | CompiledRequirement | CompiledAudit

export function notConsidered(
  { enforced, observed }: CompiledSet,
  considered: ReadonlySet<AnyRule>,
  request: PolicyRequest,
): NotConsidered {
  const all = [enforced, observed].flatMap((rules): AnyRule[] => Object.values(rules).flat())
  const others = all.filter((rule) => !considered.has(rule) && rule.heads.length > 0)
  const listed = others
    .map((rule) => ({ ref: rule.ref, ...reasonOf(rule, request) }))
    .sort((a, b) => b.nearness - a.nearness)
    .slice(0, MAX_NOT_CONSIDERED)
    .map(({ ref, why }) => ({ ref, why }))
  return { count: others.length, listed }
}

function reasonOf({ kind, heads }: AnyRule, { operation, resource }: PolicyRequest) {
  const about = heads.filter((head) => isAbout(head.operation, operation))
  if (about.length > 0) {
    const named = about.map((head) => textOf(head.resource)).join(', ')
    return { nearness: 2, why: `it is about the resource ${named}, not \`${resource.id}\`` }
  }
  const named = heads.map((head) => textOf(head.operation)).join(', ')
  const verb = kind === 'allow' || kind === 'deny' ? `${kind}s` : `is ${kind}d for`
  const [server] = operation.split('.')
  const near = heads.some((head) => textOf(head.operation).startsWith(`\`${server}.`))
  return { nearness: near ? 1 : 0, why: `it ${verb} ${named}, not \`${operation}\`` }
}

function textOf(pattern: AnyRule['heads'][number]['operation']): string {
  switch (pattern.kind) {
    case 'exact':
      return `\`${pattern.text}\``
    case 'prefix':
      return `\`${pattern.text}*\``
    case 'every':
      return '`*`'
    default:
      return unreachable(pattern)
  }
}
