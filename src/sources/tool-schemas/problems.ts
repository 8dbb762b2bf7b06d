import type { ErrorObject } from 'ajv'
import { MAX_PROBLEM_TEXT, type SchemaProblem } from '../../kernel/schema/schema-problem.ts'

/** What was found, as whoever made the value can use it: places and expectations, never values. */
export function problemsOf(errors: readonly ErrorObject[]): readonly SchemaProblem[] {
  const problems = errors.map((error) => ({
    path: clipped(error.instancePath),
    expected: clipped(expected(error)),
  }))
  const seen = new Set<string>()
  return problems.filter(({ path, expected: what }) => {
    const text = `${path} ${what}`
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}

function expected({ keyword, params }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return `type ${[params.type].flat().join(' or ')}`
    case 'required':
      return `a member \`${params.missingProperty}\``
    case 'dependentRequired':
    case 'dependencies':
      return `a member \`${params.missingProperty}\` beside \`${params.property}\``
    case 'additionalProperties':
      return `no member \`${params.additionalProperty}\``
    case 'unevaluatedProperties':
      return `no member \`${params.unevaluatedProperty}\``
    case 'enum':
      return `one of ${JSON.stringify(params.allowedValues).slice(1, -1)}`
    case 'const':
      return JSON.stringify(params.allowedValue)
    case 'pattern':
      return `a text that matches \`${params.pattern}\``
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `a number ${params.comparison} ${params.limit}`
    case 'multipleOf':
      return `a multiple of ${params.multipleOf}`
    case 'uniqueItems':
      return 'no element twice'
    case 'false schema':
      return 'nothing here'
    default:
      return params?.limit === undefined ? `what \`${keyword}\` says` : `${keyword} ${params.limit}`
  }
}

function clipped(text: string): string {
  const whole = text.toWellFormed()
  return whole.length <= MAX_PROBLEM_TEXT ? whole : `${whole.slice(0, MAX_PROBLEM_TEXT - 1)}…`
}
