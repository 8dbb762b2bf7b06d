interface PatternSpec {
  readonly expression: RegExp
  /** A further test on what the expression matched. */
  readonly holds: (match: string) => boolean
}

/**
 * What `redact("…")` can find in text, by name. Every quantifier is bounded, so matching is linear
 * in the length of the text: the agent and the upstream choose that text.
 */
export const REDACTION_PATTERNS = {
  /** RFC 5321 sizes: local part ≤ 64, labels ≤ 63. Letters of any script, full-width `@` too. */
  email: plain(/[\p{L}\p{N}._%+'-]{1,64}[@\uFF20](?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,63}/gu),
  /** E.164 with a leading `+`, in groups separated by space, dot, dash or parentheses. */
  phone: plain(/\+\d{1,3}(?:[ .()-]{0,2}\d{1,4}){2,6}/gu),
  /** ISO/IEC 7812 numbers of 13 to 19 digits, in one piece or in groups, with their check digit. */
  payment_card: { expression: /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/gu, holds: hasLuhnDigit },
  /** ISO 13616. */
  iban: plain(/(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?![A-Z0-9])/gu),
  /** United States social security number. */
  us_ssn: plain(/(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)/gu),
  /** RFC 7519 compact form. */
  jwt: plain(/eyJ[\w-]{8,2048}\.[\w-]{8,8192}\.[\w-]{0,2048}/gu),
  /** Keys that carry their issuer's prefix. */
  api_key: plain(/(?:sk|pk|rk|ghp|gho|ghs|xoxb|xoxp|AKIA|glpat)[-_]?[\w-]{16,255}/gu),
  /** RFC 7468 private keys. */
  private_key: plain(
    /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[^-]{1,16384}-----END [A-Z ]{0,32}PRIVATE KEY-----/gu,
  ),
} as const satisfies Record<string, PatternSpec>

export type RedactionPattern = keyof typeof REDACTION_PATTERNS

/**
 * Patterns by what they find. `pii` holds numbers of accounts too: in law they are personal data.
 */
export const REDACTION_CLASSES = {
  pii: ['email', 'phone', 'us_ssn', 'payment_card', 'iban'],
  financial: ['payment_card', 'iban'],
  secrets: ['jwt', 'api_key', 'private_key'],
} as const satisfies Record<string, readonly RedactionPattern[]>

export function isRedactionPattern(name: string): name is RedactionPattern {
  return Object.hasOwn(REDACTION_PATTERNS, name)
}

function plain(expression: RegExp): PatternSpec {
  return { expression, holds: () => true }
}

/** ISO/IEC 7812-1 annex B. */
function hasLuhnDigit(match: string): boolean {
  const digits = match.replace(/\D/gu, '')
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const weighted = i % 2 === 0 ? digit : digit * 2
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}
