import { type Finding, MAX_FINDINGS, type Recommendation, type Severity } from './review.ts'

/**
 * Risk is the chance that at least one finding matters, as if each were independent:
 * 1 − ∏(1 − weight), each rule counted once. What a tool can do (vulnerability, resource, privacy)
 * is no sign of malice: together it never weighs more than `ABILITY_CAP`.
 */
const MALICE_WEIGHT: Readonly<Record<Severity, number>> = {
  critical: 0.8,
  warning: 0.45,
  info: 0.1,
}
const ABILITY_WEIGHT: Readonly<Record<Severity, number>> = {
  critical: 0.3,
  warning: 0.1,
  info: 0.01,
}
export const ABILITY_CAP = 0.3

export const LOOK_RISK = 0.4
export const REJECT_RISK = 0.8

/** Findings with the gravest first, and no more than anybody reads. */
export function gravestFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings
    .toSorted((one, other) => RANK[one.severity] - RANK[other.severity])
    .slice(0, MAX_FINDINGS)
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

export interface Weighed {
  readonly risk: number
  readonly recommendation: Recommendation
}

/**
 * A score of the classifier at or over its threshold asks for a look and never for more: a text
 * score alone decides nothing.
 */
export function weigh(findings: readonly Finding[], flagged: boolean): Weighed {
  const malice = chance(
    findings.filter(({ kind }) => kind === 'malice'),
    MALICE_WEIGHT,
  )
  const abilities = findings.filter(({ kind }) => kind !== 'malice')
  const ability = Math.min(ABILITY_CAP, chance(abilities, ABILITY_WEIGHT))
  const suspicion = flagged ? Math.max(malice, LOOK_RISK) : malice
  const risk = Math.round((1 - (1 - suspicion) * (1 - ability)) * 1_000) / 1_000
  const grave = findings.some(({ severity }) => severity === 'critical')
  const certain = findings.some(
    ({ kind, severity }) => kind === 'malice' && severity === 'critical',
  )
  if (certain && malice >= REJECT_RISK) return { risk, recommendation: 'reject' }
  return { risk, recommendation: grave || suspicion >= LOOK_RISK ? 'look' : 'approve' }
}

/** Each rule counts once, by its gravest finding. */
function chance(findings: readonly Finding[], weights: Readonly<Record<Severity, number>>): number {
  const byRule = new Map<string, number>()
  for (const { rule, severity } of findings)
    byRule.set(rule, Math.max(byRule.get(rule) ?? 0, weights[severity]))
  return 1 - [...byRule.values()].reduce((none, weight) => none * (1 - weight), 1)
}
