import { firstMatches } from './first-matches.ts'
import { EVIDENCE_CHARS, type Finding } from './review.ts'
import type { TextMember } from './text-members.ts'

/** Credentials by the marks that their issuers give them. */
const SECRETS =
  /\b(?:sk[-_](?:live|test|proj|ant)[-_][A-Za-z0-9_-]{16,200}|gh[pousr]_[A-Za-z0-9]{30,200}|github_pat_[A-Za-z0-9_]{40,200}|glpat-[A-Za-z0-9_-]{20,60}|xox[abprs]-[A-Za-z0-9-]{10,200}|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36})\b|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:\\n|\s){0,4}MII/g

/** A credential that the definition itself gives away. It is not shown whole. */
export function scanSecrets({ where, text }: TextMember): readonly Finding[] {
  return firstMatches(text, SECRETS, 3).map(({ 0: secret, index }) => ({
    rule: 'published-secret',
    kind: 'vulnerability',
    severity: 'critical',
    where,
    span: [index, index + secret.length],
    evidence: `${secret.slice(0, 11)}…`.slice(0, EVIDENCE_CHARS),
    message: 'gives a credential away to everybody who lists the tool',
  }))
}
