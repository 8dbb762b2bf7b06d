import { parseExpression } from './parse-expression.ts'
import type { Annotation, Expression, Glob, Requirement, Rule, TargetPattern } from './syntax.ts'
import { QUANTIFIERS } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'
import { trimmed } from './trimmed.ts'

const QUOTE_HINT = 'names with other characters stand in quotes: "files.read-text"'

/** rule = { annotation } ( allow | deny | require | audit ) */
export function parseRule(tokens: TokenStream): Rule {
  const { start } = tokens.current
  const annotations = parseAnnotations(tokens)
  if (!tokens.seesRuleWord())
    tokens.fail(
      `expected a rule, found ${tokens.found()}`,
      'a rule begins `allow:`, `deny:`, `require:` or `audit:`',
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
  return trimmed(annotations)
}

function annotationText(tokens: TokenStream): string {
  const text = tokens.text('a text in quotes')
  tokens.want(')')
  return text
}

/** target = pattern | "[" pattern { "," pattern } [ "," ] "]" */
function parseTarget(tokens: TokenStream): readonly TargetPattern[] {
  if (!tokens.sees('[')) return [parsePattern(tokens)]
  const open = tokens.next()
  const patterns = tokens.list(']', () => parsePattern(tokens))
  if (patterns.length === 0)
    tokens.fail('the list of targets is empty', 'name an operation, or write `*`', open)
  return patterns
}

/** pattern = glob [ "(" [ glob { "," glob } ] ")" ] */
function parsePattern(tokens: TokenStream): TargetPattern {
  const { start } = tokens.current
  const operation = parseGlob(tokens, 'an operation')
  const resource = () => parseGlob(tokens, 'a resource')
  const args = tokens.eat('(') ? { args: tokens.list(')', resource) } : {}
  return { operation, ...args, start, end: tokens.reached }
}

/** glob = "*" | string | name { "." name } [ ".*" ] */
export function parseGlob(tokens: TokenStream, what: string): Glob {
  const token = tokens.current
  const { start } = token
  if (token.kind === 'string') {
    tokens.next()
    return { text: token.value, quoted: true, start, end: token.end }
  }
  if (tokens.eat('*')) return { text: '*', quoted: false, start, end: token.end }
  let text = tokens.name(what).text
  while (!text.endsWith('*') && tokens.eat('.'))
    text += tokens.eat('*') ? '.*' : `.${tokens.name(`the rest of the name of ${what}`).text}`
  if (tokens.sees('-')) tokens.fail('unexpected `-` in a name', QUOTE_HINT)
  return { text, quoted: false, start, end: tokens.reached }
}

/** guard = ( "if" | "when" ) expr | "unless" expr */
function parseGuard(tokens: TokenStream): { readonly guard?: Expression } {
  const { start } = tokens.current
  if (tokens.eat('if') || tokens.eat('when')) return { guard: parseExpression(tokens) }
  if (!tokens.eat('unless')) return {}
  const operand = parseExpression(tokens)
  return { guard: { kind: 'not', operand, start, end: tokens.reached } }
}

/** req | "[" req { "," req } [ "," ] "]" | "{" name ":" expr { "," name ":" expr } [ "," ] "}" */
function parseRequirements(tokens: TokenStream): readonly Requirement[] {
  const open = tokens.current
  const requirements = tokens.eat('{')
    ? tokens.list('}', () => parseSetting(tokens, ':'))
    : tokens.eat('[')
      ? tokens.list(']', () => parseRequirement(tokens))
      : [parseRequirement(tokens)]
  if (requirements.length === 0)
    tokens.fail('the list of requirements is empty', 'name one, or leave the rule out', open)
  return requirements
}

function parseSetting(tokens: TokenStream, mark: '=' | ':'): Requirement {
  const { start } = tokens.current
  const name = tokens.name('the name of a setting')
  tokens.want(mark)
  const value = parseExpression(tokens)
  return { kind: 'setting', name, value, start, end: tokens.reached }
}

/** req = name "=" expr | name [ "(" args ")" ] | expr */
function parseRequirement(tokens: TokenStream): Requirement {
  const { start } = tokens.current
  if (tokens.current.kind === 'name' && tokens.sees('=', 1)) return parseSetting(tokens, '=')
  const condition = parseExpression(tokens)
  const { end } = condition
  if (condition.kind === 'path' && condition.names.length === 0)
    return { kind: 'named', name: condition.root, args: [], start, end }
  if (condition.kind === 'call' && !QUANTIFIERS.includes(condition.name.text))
    return { kind: 'named', name: condition.name, args: condition.args, start, end }
  return { kind: 'predicate', condition, start, end }
}
