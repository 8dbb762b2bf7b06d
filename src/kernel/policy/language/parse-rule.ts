import { parseExpression } from './parse-expression.ts'
import type {
  Annotation,
  Expression,
  Requirement,
  Rule,
  TargetArgument,
  TargetPattern,
} from './syntax.ts'
import { QUANTIFIERS } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

const QUOTE_HINT = 'names with other characters stand in quotes: "files.read-text"'

/** rule = { annotation } ( allow | deny | require | audit ) */
export function parseRule(tokens: TokenStream): Rule {
  const { start } = tokens.current
  const annotations = parseAnnotations(tokens)
  if (!tokens.seesRuleWord())
    tokens.fail(
      `expected a rule, found ${tokens.found()}`,
      'a rule begins `allow:`, `deny:` or `require:`',
    )
  const kind = tokens.name('a rule').text
  tokens.want(':')
  if (kind === 'allow' || kind === 'deny') {
    const target = parseTarget(tokens)
    const guard = parseGuard(tokens)
    return { kind, annotations, target, ...guard, start, end: tokens.reached }
  }
  const requirements = parseRequirements(tokens)
  const target = tokens.eat('for') ? { target: parseTarget(tokens) } : {}
  const rule = { annotations, requirements, ...target, ...parseGuard(tokens) }
  return { kind: kind === 'audit' ? 'audit' : 'require', ...rule, start, end: tokens.reached }
}

/** annotation = "@" name [ "(" string ")" ] */
export function parseAnnotations(tokens: TokenStream): readonly Annotation[] {
  const annotations: Annotation[] = []
  while (tokens.sees('@')) {
    const { start } = tokens.next()
    const name = tokens.name('the name of an annotation')
    const text = tokens.eat('(') ? { text: annotationText(tokens) } : {}
    annotations.push({ name, ...text, start, end: tokens.reached })
  }
  return annotations
}

function annotationText(tokens: TokenStream): string {
  const token = tokens.current
  if (token.kind !== 'string')
    return tokens.fail(`expected a text in quotes, found ${tokens.found()}`)
  tokens.next()
  tokens.want(')')
  return token.value
}

/** target = pattern | "[" pattern { "," pattern } [ "," ] "]" */
function parseTarget(tokens: TokenStream): readonly TargetPattern[] {
  if (!tokens.sees('[')) return [parsePattern(tokens)]
  const open = tokens.next()
  const patterns = tokens.list(']', () => parsePattern(tokens))
  if (patterns.length === 0) tokens.fail('the list of targets is empty', undefined, open)
  return patterns
}

/** pattern = ( "*" | string | name { "." name } [ ".*" ] ) [ "(" [ args ] ")" ] */
function parsePattern(tokens: TokenStream): TargetPattern {
  const { start } = tokens.current
  const { text, quoted } = parseGlob(tokens, 'an operation')
  const args = tokens.eat('(') ? { args: tokens.list(')', () => parseArgument(tokens)) } : {}
  return { operation: text, quoted, ...args, start, end: tokens.reached }
}

function parseArgument(tokens: TokenStream): TargetArgument {
  const { start } = tokens.current
  return { ...parseGlob(tokens, 'a resource'), start, end: tokens.reached }
}

interface Glob {
  readonly text: string
  readonly quoted: boolean
}

function parseGlob(tokens: TokenStream, what: string): Glob {
  const token = tokens.current
  if (token.kind === 'string') {
    tokens.next()
    return { text: token.value, quoted: true }
  }
  if (tokens.eat('*')) return { text: '*', quoted: false }
  let text = tokens.name(what).text
  while (!text.endsWith('*') && tokens.eat('.'))
    text += tokens.eat('*') ? '.*' : `.${tokens.name(`the rest of the name of ${what}`).text}`
  if (tokens.sees('-')) tokens.fail('unexpected `-` in a name', QUOTE_HINT)
  return { text, quoted: false }
}

/** guard = ( "if" | "when" ) expr | "unless" expr */
function parseGuard(tokens: TokenStream): { readonly guard?: Expression } {
  const { start } = tokens.current
  if (tokens.eat('if') || tokens.eat('when')) return { guard: parseExpression(tokens) }
  if (!tokens.eat('unless')) return {}
  const operand = parseExpression(tokens)
  return { guard: { kind: 'not', operand, start, end: tokens.reached } }
}

/** req | "[" req { "," req } [ "," ] "]" */
function parseRequirements(tokens: TokenStream): readonly Requirement[] {
  if (tokens.sees('{'))
    tokens.fail('records of requirements are not supported yet', 'write a list: `[ …, … ]`')
  if (!tokens.sees('[')) return [parseRequirement(tokens)]
  const open = tokens.next()
  const requirements = tokens.list(']', () => parseRequirement(tokens))
  if (requirements.length === 0) tokens.fail('the list of requirements is empty', undefined, open)
  return requirements
}

/** req = name "=" expr | name [ "(" args ")" ] | expr */
function parseRequirement(tokens: TokenStream): Requirement {
  const { start } = tokens.current
  if (tokens.current.kind === 'name' && tokens.sees('=', 1)) {
    const name = tokens.name('the name of a setting')
    tokens.want('=')
    const value = parseExpression(tokens)
    return { kind: 'setting', name, value, start, end: tokens.reached }
  }
  const condition = parseExpression(tokens)
  const { end } = condition
  if (condition.kind === 'path' && condition.names.length === 0)
    return { kind: 'named', name: condition.root, args: [], start, end }
  if (condition.kind === 'call' && !QUANTIFIERS.includes(condition.name.text))
    return { kind: 'named', name: condition.name, args: condition.args, start, end }
  return { kind: 'predicate', condition, start, end }
}
