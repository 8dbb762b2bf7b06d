import type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  LambdaNode,
  Name,
  PathNode,
} from './syntax.ts'
import type { TokenStream } from './token-stream.ts'
import { trimmed } from './trimmed.ts'

const ARITHMETIC = {
  sum: ['+', '-'],
  product: ['*'],
} as const satisfies Record<string, readonly ArithmeticOperator[]>
const COMPARISONS: readonly ComparisonOperator[] = ['==', '!=', '<=', '>=', '<', '>']
/** What relates two values, none of which chains. */
export const RELATIONS: readonly string[] = [...COMPARISONS, 'in', 'has', 'like', 'during']

/** expr = and { "||" and } */
export function parseExpression(tokens: TokenStream): Expression {
  return tokens.nested(() => junction(tokens, 'or'))
}

/** and = not { "&&" not }, and the same one level up. The chain is flat: its length is no depth. */
function junction(tokens: TokenStream, kind: 'and' | 'or'): Expression {
  const mark = kind === 'and' ? '&&' : '||'
  const first = joined(tokens, kind)
  if (!tokens.sees(mark)) return first
  const operands = [first]
  while (tokens.eat(mark)) operands.push(joined(tokens, kind))
  return { kind, operands: trimmed(operands), start: first.start, end: tokens.reached }
}

function joined(tokens: TokenStream, kind: 'and' | 'or'): Expression {
  return kind === 'and' ? negation(tokens) : junction(tokens, 'and')
}

/** not = "!" not | cmp */
function negation(tokens: TokenStream): Expression {
  const { start } = tokens.current
  if (!tokens.eat('!')) return relation(tokens)
  const operand = tokens.nested(() => negation(tokens))
  return { kind: 'not', operand, start, end: tokens.reached }
}

/** cmp = sum [ operator sum ]; relations do not chain. */
function relation(tokens: TokenStream): Expression {
  const left = chain(tokens, 'sum')
  if (tokens.sees('=')) tokens.fail('`=` does not compare', 'write `==`')
  const node = relationOf(left, tokens)
  if (tokens.oneOf(RELATIONS) !== undefined)
    tokens.fail('comparisons do not chain', 'join two comparisons with `&&`')
  return node
}

function relationOf(left: Expression, tokens: TokenStream): Expression {
  const { start } = left
  const operator = tokens.oneOf(COMPARISONS)
  if (operator !== undefined) {
    tokens.next()
    const right = chain(tokens, 'sum')
    return { kind: 'comparison', operator, left, right, start, end: right.end }
  }
  if (tokens.eat('in')) {
    const list = chain(tokens, 'sum')
    return { kind: 'in', item: left, list, start, end: list.end }
  }
  if (tokens.eat('has')) {
    const names = attributeNames(tokens)
    return { kind: 'has', subject: left, names, start, end: tokens.reached }
  }
  if (tokens.eat('like')) return like(left, tokens)
  if (tokens.eat('during')) return during(left, tokens)
  return left
}

/** What follows `has`: `customer.email`, or a string for a name that is no identifier. */
function attributeNames(tokens: TokenStream): readonly Name[] {
  const token = tokens.current
  if (token.kind === 'string') {
    tokens.next()
    return [{ text: token.value, start: token.start, end: token.end }]
  }
  return dotted(tokens)
}

function like(subject: Expression, tokens: TokenStream): Expression {
  const pattern = tokens.text('a pattern in quotes')
  return { kind: 'like', subject, pattern, start: subject.start, end: tokens.reached }
}

function during(subject: Expression, tokens: TokenStream): Expression {
  const window = tokens.text('a window of time in quotes')
  return { kind: 'during', subject, window, start: subject.start, end: tokens.reached }
}

/** sum = prod { ( "+" | "-" ) prod } ; prod = post { "*" post } */
function chain(tokens: TokenStream, level: 'sum' | 'product'): Expression {
  const operators: readonly ArithmeticOperator[] = ARITHMETIC[level]
  const first = term(tokens, level)
  let operator = tokens.oneOf(operators)
  if (operator === undefined) return first
  const rest = []
  for (; operator !== undefined; operator = tokens.oneOf(operators)) {
    tokens.next()
    rest.push({ operator, operand: term(tokens, level) })
  }
  return { kind: 'arithmetic', first, rest, start: first.start, end: tokens.reached }
}

function term(tokens: TokenStream, level: 'sum' | 'product'): Expression {
  return level === 'sum' ? chain(tokens, 'product') : postfix(tokens)
}

/** post = prim { "." name } [ "(" args ")" ] */
function postfix(tokens: TokenStream): Expression {
  const subject = attributes(primary(tokens), tokens)
  if (subject.kind === 'path')
    return tokens.sees('(') ? once(methodOfPath(subject, tokens), tokens) : subject
  if (!tokens.eat('.')) return subject
  const name = tokens.name('the name of a method')
  if (!tokens.sees('('))
    tokens.fail('only a path has attributes', 'a method has parentheses: `.length()`', name)
  return once(method(subject, name, tokens), tokens)
}

/** Attributes of a path in parentheses; without them they have been read with it. */
function attributes(subject: Expression, tokens: TokenStream): Expression {
  if (subject.kind !== 'path' || !tokens.eat('.')) return subject
  const names = subject.names.concat(dotted(tokens))
  return { ...subject, names, end: tokens.reached }
}

/** `a.b.contains` was read as a path; before parentheses its last name is the method. */
function methodOfPath(path: PathNode, tokens: TokenStream): Expression {
  const name = path.names.at(-1)
  if (name === undefined) return call(path.root, tokens)
  const names = path.names.slice(0, -1)
  const end = names.at(-1)?.end ?? path.root.end
  return method({ ...path, names, end }, name, tokens)
}

function once(node: Expression, tokens: TokenStream): Expression {
  if (tokens.sees('.'))
    tokens.fail('what a method or function answers has no attributes', 'compare it, or end here')
  return node
}

function method(receiver: Expression, name: Name, tokens: TokenStream): Expression {
  const args = argumentsOf(tokens)
  return { kind: 'method', receiver, name, args, start: receiver.start, end: tokens.reached }
}

function call(name: Name, tokens: TokenStream): Expression {
  const args = argumentsOf(tokens)
  return { kind: 'call', name, args, start: name.start, end: tokens.reached }
}

function argumentsOf(tokens: TokenStream): readonly Expression[] {
  tokens.want('(')
  return tokens.list(')', () => (tokens.sees('|') ? lambda(tokens) : parseExpression(tokens)))
}

function lambda(tokens: TokenStream): LambdaNode {
  const { start } = tokens.current
  tokens.want('|')
  const parameter = tokens.name('a name for the element')
  tokens.want('|')
  const body = parseExpression(tokens)
  return { kind: 'lambda', parameter, body, start, end: tokens.reached }
}

function primary(tokens: TokenStream): Expression {
  const token = tokens.current
  const { start } = token
  if (token.kind === 'string' || token.kind === 'number') {
    tokens.next()
    return { kind: 'literal', value: token.value, start, end: token.end }
  }
  if (tokens.eat('-')) return negativeNumber(start, tokens)
  if (tokens.eat('(')) return parenthesised(start, tokens)
  if (tokens.eat('[')) {
    const items = tokens.list(']', () => parseExpression(tokens))
    return { kind: 'list', items, start, end: tokens.reached }
  }
  if (tokens.seesRule())
    tokens.fail(
      'expected an expression, found the next rule',
      'say the condition, or leave `if` out',
    )
  return word(tokens)
}

function word(tokens: TokenStream): Expression {
  const root = tokens.name(
    'an expression',
    'attributes read `args.path`; texts stand in double quotes',
  )
  const { start, end } = root
  if (root.text === 'true' || root.text === 'false')
    return { kind: 'literal', value: root.text === 'true', start, end }
  const names = tokens.eat('.') ? dotted(tokens) : []
  return { kind: 'path', root, names, start, end: tokens.reached }
}

function negativeNumber(start: number, tokens: TokenStream): Expression {
  const token = tokens.current
  if (token.kind !== 'number')
    return tokens.fail(`expected a number after \`-\`, found ${tokens.found()}`, 'write `0 - …`')
  tokens.next()
  return { kind: 'literal', value: -token.value, start, end: token.end }
}

/** Parentheses leave no node, but the place they span is the place of what they hold. */
function parenthesised(start: number, tokens: TokenStream): Expression {
  const inner = parseExpression(tokens)
  tokens.want(')')
  return { ...inner, start, end: tokens.reached }
}

/** name { "." name } */
function dotted(tokens: TokenStream): readonly Name[] {
  const names: Name[] = []
  do names.push(tokens.name('the name of an attribute'))
  while (tokens.eat('.'))
  return trimmed(names)
}
