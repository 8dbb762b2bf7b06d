import { parseExpression } from './parse-expression.ts'
import { parseGlob } from './parse-rule.ts'
import { parseRecord } from './parse-type.ts'
import type {
  ApprovalNode,
  ApprovalSetting,
  ClassNode,
  Declaration,
  Glob,
  Literal,
  Name,
  ObligationNode,
  OperationNode,
  OrderNode,
  TypeNode,
} from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

/** How each declaration is read, by the word that it begins with. */
const PARSERS: Readonly<Record<string, (tokens: TokenStream) => Declaration>> = {
  order: parseOrder,
  class: parseClass,
  resource: parseClass,
  approval: parseApproval,
  obligation: parseObligation,
  type: parseType,
  operation: parseOperation,
}

export const DECLARATION_WORDS: readonly string[] = Object.keys(PARSERS)

/** Words that may follow a name within a rule, where they begin no declaration's name. */
export const CONNECTIVES: ReadonlySet<string> = new Set([
  ...['if', 'when', 'unless', 'for', 'in', 'has', 'like', 'during', 'after'],
])

/** Does a declaration begin here? Two names never follow one another within a rule. */
export function seesDeclaration(tokens: TokenStream): boolean {
  if (!DECLARATION_WORDS.some((word) => tokens.sees(word))) return false
  const next = tokens.ahead(1)
  if (tokens.sees('resource')) return tokens.sees('class', 1) && tokens.ahead(2).kind === 'name'
  if (tokens.sees('operation') && next.kind === 'string') return true
  return next.kind === 'name' && !CONNECTIVES.has(next.text) && !tokens.sees(':', 2)
}

/** The declaration that begins here; nothing when none does. */
const VALUE_HINT = 'write a text in quotes, a number, `true` or `false`'

export function parseDeclaration(tokens: TokenStream): Declaration | undefined {
  const word = tokens.current.kind === 'name' ? tokens.current.text : ''
  return Object.hasOwn(PARSERS, word) ? PARSERS[word]?.(tokens) : undefined
}

/** order = "order" name "{" label { "<" label } "}" */
function parseOrder(tokens: TokenStream): OrderNode {
  const { start } = tokens.next()
  const name = tokens.name('the name of the order')
  tokens.want('{')
  const labels = [parseLabel(tokens)]
  while (tokens.eat('<')) labels.push(parseLabel(tokens))
  tokens.want('}', 'labels stand from low to high: `public < internal`')
  return { kind: 'order', name, labels, start, end: tokens.reached }
}

function parseLabel(tokens: TokenStream): Name {
  const token = tokens.current
  if (token.kind !== 'string') return tokens.name('a label')
  tokens.next()
  return { text: token.value, start: token.start, end: token.end }
}

/** class = [ "resource" ] "class" name [ "=" globs ] [ ( "when" | "if" ) expr ] */
function parseClass(tokens: TokenStream): ClassNode {
  const { start } = tokens.current
  const of = tokens.eat('resource') ? 'resources' : 'operations'
  tokens.want('class')
  const name = tokens.name('the name of the class')
  const what = of === 'operations' ? 'an operation' : 'a resource'
  const members = tokens.eat('=') ? { members: parseGlobs(tokens, what) } : {}
  const conditional = tokens.eat('when') || tokens.eat('if')
  const condition = conditional ? { condition: parseExpression(tokens) } : {}
  if (members.members === undefined && !conditional) {
    const hint = 'write `class name = [server.tool, …]` or `class name when …`'
    tokens.fail('a class has members or a condition', hint, name)
  }
  return { kind: 'class', of, name, ...members, ...condition, start, end: tokens.reached }
}

function parseGlobs(tokens: TokenStream, what: string): readonly Glob[] {
  const open = tokens.current
  if (!tokens.eat('[')) return [parseGlob(tokens, what)]
  const globs = tokens.list(']', () => parseGlob(tokens, what))
  if (globs.length === 0)
    tokens.fail('the list of members is empty', 'write `[server.tool, "read"]`', open)
  return globs
}

/** approval = "approval" name "{" name ":" expr [ "after" expr ] { "," … } [ "," ] "}" */
function parseApproval(tokens: TokenStream): ApprovalNode {
  const { start } = tokens.next()
  const name = tokens.name('the name of the approval')
  tokens.want('{')
  const settings = tokens.list('}', () => parseApprovalSetting(tokens))
  return { kind: 'approval', name, settings, start, end: tokens.reached }
}

function parseApprovalSetting(tokens: TokenStream): ApprovalSetting {
  const { start } = tokens.current
  const name = tokens.name('`approver`, `quorum`, `ttl`, `not` or `escalate`')
  tokens.want(':')
  const value = parseExpression(tokens)
  const after = tokens.eat('after') ? { after: parseExpression(tokens) } : {}
  return { name, value, ...after, start, end: tokens.reached }
}

/** obligation = "obligation" name [ "in" "[" literal { "," literal } [ "," ] "]" ] */
function parseObligation(tokens: TokenStream): ObligationNode {
  const { start } = tokens.next()
  const name = tokens.name('the name of the obligation')
  if (!tokens.eat('in')) return { kind: 'obligation', name, start, end: tokens.reached }
  tokens.want('[', 'its values stand from the weakest to the strictest: `in ["basic", "full"]`')
  const values = tokens.list(']', () => parseLiteral(tokens))
  return { kind: 'obligation', name, values, start, end: tokens.reached }
}

function parseLiteral(tokens: TokenStream): Literal {
  const value = parseExpression(tokens)
  return value.kind === 'literal' ? value : tokens.fail('expected a value', VALUE_HINT, value)
}

/** type = "type" root record */
function parseType(tokens: TokenStream): TypeNode {
  const { start } = tokens.next()
  const root = tokens.name('the name of a root, as `user`')
  const type = parseRecord(tokens)
  return { kind: 'type', root, type, start, end: tokens.reached }
}

/** operation = "operation" glob [ record ] */
function parseOperation(tokens: TokenStream): OperationNode {
  const { start } = tokens.next()
  const name = parseGlob(tokens, 'an operation')
  const args = tokens.sees('{') ? { args: parseRecord(tokens) } : {}
  return { kind: 'operation', name, ...args, start, end: tokens.reached }
}
