import type {
  NamedForm,
  ObligationArgument,
  ObligationProblem,
  RedactionVocabulary,
} from './form.ts'
import { problem } from './form.ts'

/** Obligations about fields of arguments and results: `redact`, `mask`. */
export function fieldForms(known: RedactionVocabulary): readonly NamedForm[] {
  const vocabulary = { ...known, patterns: new Set(known.patterns) }
  return [
    ['redact', { call: (args) => redact(args, vocabulary), usage: 'write `redact("email")`' }],
    ['mask', { call: (args) => mask(args, vocabulary), usage: 'write `mask("args.card", 4)`' }],
  ]
}

interface Known extends RedactionVocabulary {
  readonly patterns: ReadonlySet<string>
}

/** `redact("email", "pii", "args.customer.ssn")` */
function redact(args: readonly ObligationArgument[], known: Known) {
  const fields = new Set<string>()
  const patterns = new Set<string>()
  for (const [argument, text] of args.entries()) {
    if (typeof text !== 'string') return notText(argument)
    const group = known.classes?.get(text)
    if (group !== undefined) for (const pattern of group) patterns.add(pattern)
    else if (known.patterns.has(text)) patterns.add(text)
    else if (!isField(text)) return unknownPattern(text, argument, known)
    else {
      const fault = faultOf(text, known)
      if (fault !== undefined) return problem(fault, argument)
      fields.add(text)
    }
  }
  if (fields.size + patterns.size === 0)
    return problem('`redact` takes at least one field or pattern')
  const sorted = { fields: [...fields].sort(), patterns: [...patterns].sort() }
  return { kind: 'redact', ...sorted } as const
}

/** `mask("args.card", "result.rows.*.card", 4)`: without a number nothing is kept. */
function mask(args: readonly ObligationArgument[], known: Known) {
  const fields = new Set<string>()
  let keep = 0
  for (const [argument, value] of args.entries()) {
    if (typeof value === 'number' && argument === args.length - 1) keep = value
    else if (typeof value !== 'string') return notText(argument)
    else if (!isField(value))
      return problem(`\`${value}\` is no field: it begins \`args.\` or \`result.\``, argument)
    else {
      const fault = faultOf(value, known)
      if (fault !== undefined) return problem(fault, argument)
      fields.add(value)
    }
  }
  if (fields.size === 0) return problem('`mask` takes at least one field')
  if (!Number.isInteger(keep) || keep < 0 || keep > MAX_KEPT)
    return problem(`how much is kept is a whole number up to ${MAX_KEPT}`, args.length - 1)
  return { kind: 'mask', fields: [...fields].sort(), keep } as const
}

/** Characters that a mask may leave to be seen. */
const MAX_KEPT = 64

function isField(text: string): boolean {
  return /^(?:args|result)\./u.test(text)
}

function notText(argument: number): ObligationProblem {
  return problem('expected a text in quotes', argument)
}

function unknownPattern(text: string, argument: number, known: Known): ObligationProblem {
  const message = `\`${text}\` is neither a field nor a known pattern`
  const patterns = [...known.patterns, ...(known.classes?.keys() ?? [])].join(', ')
  const hint = `fields begin \`args.\` or \`result.\`; patterns are ${patterns}`
  return { kind: 'problem', argument, message, hint }
}

function faultOf(path: string, { checkField }: Known): string | undefined {
  try {
    checkField(path)
    return undefined
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}
