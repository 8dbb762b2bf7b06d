import type { Obligation } from '../obligations/obligation.ts'

/** What a policy may demand, by name. A name that is not here fails at load. */
export type ObligationRegistry = ReadonlyMap<string, ObligationBuilder>

/** Makes the obligation from the arguments in the policy, or says which of them is wrong. */
export type ObligationBuilder = (args: readonly string[]) => Obligation | ObligationProblem

export interface ObligationProblem {
  readonly kind: 'problem'
  /** Index of the argument at fault; absent when it is not one of them. */
  readonly argument?: number
  readonly message: string
  readonly hint?: string
}

export interface RedactionVocabulary {
  /** Names of the patterns that `redact` can find in text. */
  readonly patterns: Iterable<string>
  /** Throws, saying why, when a text that begins `args.` or `result.` is no path. */
  readonly checkField: (path: string) => unknown
}

/** The obligations of this version: `redact("email", "args.customer.ssn")`. */
export function obligationRegistry(vocabulary: RedactionVocabulary): ObligationRegistry {
  const patterns = new Set(vocabulary.patterns)
  const { checkField } = vocabulary
  return new Map([['redact', (args: readonly string[]) => redact(args, { patterns, checkField })]])
}

interface Redactable {
  readonly patterns: ReadonlySet<string>
  readonly checkField: (path: string) => unknown
}

function redact(args: readonly string[], known: Redactable): Obligation | ObligationProblem {
  const fields = new Set<string>()
  const patterns = new Set<string>()
  for (const [argument, text] of args.entries()) {
    if (known.patterns.has(text)) patterns.add(text)
    else if (!/^(?:args|result)\./u.test(text)) return unknownPattern(text, argument, known)
    else {
      const fault = faultOf(text, known)
      if (fault !== undefined) return { kind: 'problem', argument, message: fault }
      fields.add(text)
    }
  }
  if (fields.size + patterns.size === 0)
    return { kind: 'problem', message: '`redact` takes at least one field or pattern' }
  return { kind: 'redact', fields: [...fields].sort(), patterns: [...patterns].sort() }
}

function unknownPattern(text: string, argument: number, known: Redactable): ObligationProblem {
  const message = `\`${text}\` is neither a field nor a known pattern`
  const patterns = [...known.patterns].join(', ')
  const hint = `fields begin \`args.\` or \`result.\`; patterns are ${patterns}`
  return { kind: 'problem', argument, message, hint }
}

function faultOf(path: string, { checkField }: Redactable): string | undefined {
  try {
    checkField(path)
    return undefined
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}
