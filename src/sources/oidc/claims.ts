import { nameOf } from '../../kernel/identity/name.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import type { ProvedAccount } from '../../pipeline/ports.ts'

/** What a provider says of a person. */
export type Claims = Readonly<Record<string, unknown>>

/** What is made of it. */
export interface ClaimRules {
  readonly idClaim: string
  readonly rolesClaim: string
  /** By a value of that claim. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Attribute of a policy → claim. */
  readonly attributes: Readonly<Record<string, string>>
  readonly mfaAcr: readonly string[]
  readonly mfaAmr: readonly string[]
}

/** Values of one claim that are looked at. */
const VALUES_LIMIT = 1_000

/**
 * The person whom verified claims are about. Only what the rules name comes through.
 * @throws Error where it has no subject, or no name that can be one here.
 */
export function personOf(claims: Claims, rules: ClaimRules): ProvedAccount {
  const { iss, sub, acr } = claims
  if (typeof iss !== 'string' || typeof sub !== 'string') throw new Error('there is no subject')
  const factors = textsOf(claims.amr)
  const mapped = textsOf(claims[rules.rolesClaim]).flatMap((value) =>
    Object.hasOwn(rules.roles, value) ? (rules.roles[value] ?? []) : [],
  )
  return {
    id: nameOf(textIn(claims, rules.idClaim)),
    subject: `${iss} ${sub}`,
    via: 'oidc',
    mfaVerified:
      (typeof acr === 'string' && rules.mfaAcr.includes(acr)) ||
      factors.some((factor) => rules.mfaAmr.includes(factor)),
    roles: [...new Set(mapped)],
    attributes: attributesOf(claims, rules.attributes),
  }
}

/** Nothing but a text is a name. */
function textIn(claims: Claims, name: string): string {
  const claim = Object.hasOwn(claims, name) ? claims[name] : undefined
  return typeof claim === 'string' ? claim : ''
}

function attributesOf(claims: Claims, mapping: ClaimRules['attributes']): JsonObject {
  const facts = Object.entries(mapping).flatMap(([name, claim]) => {
    const value = Object.hasOwn(claims, claim) ? plain(claims[claim]) : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(facts)
}

/** Texts, numbers, booleans and lists of texts: what policies compare. */
function plain(value: unknown): JsonValue | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return Array.isArray(value) ? textsOf(value) : undefined
}

/** A claim is a text, or a list of them. */
function textsOf(claim: unknown): string[] {
  const values = Array.isArray(claim) ? claim : [claim]
  return values.slice(0, VALUES_LIMIT).filter((value): value is string => typeof value === 'string')
}
