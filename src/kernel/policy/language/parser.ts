import type { Diagnostic } from './diagnostics.ts'
import { Diagnostics } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import { tokensOf } from './lexer.ts'
import { parseAnnotations, parseRule } from './parse-rule.ts'
import type { Source } from './source.ts'
import { sourceOf } from './source.ts'
import type { Annotation, Name, OrderNode, PolicyFile, PolicyNode, Rule } from './syntax.ts'
import { SyntaxFault, TokenStream } from './token-stream.ts'

/** A file as read: its tree holds what could be read, and is whole when there are no errors. */
export interface ParsedFile {
  readonly source: Source
  readonly tokens: readonly Token[]
  readonly tree: PolicyFile
  readonly diagnostics: readonly Diagnostic[]
}

const DECLARATIONS: readonly string[] = ['policy', 'order']
/** Words of the vocabulary that is still to come, so that they are refused by name. */
const NOT_YET: ReadonlySet<string> = new Set(['class', 'resource', 'approval', 'obligation'])

/**
 * Reads one policy file. `file` is the name that diagnostics and decisions will show. Never throws:
 * after a mistake it goes on with the next rule.
 */
export function parsePolicyFile(file: string, text: string): ParsedFile {
  const source = sourceOf(file, text)
  const diagnostics = new Diagnostics(source)
  const tokens = tokensOf(source, diagnostics)
  const sound = diagnostics.list().length === 0
  const tree = sound ? new Parser(tokens, diagnostics).file() : { orders: [], policies: [] }
  return { source, tokens, tree, diagnostics: diagnostics.list() }
}

class Parser {
  private readonly tokens: TokenStream
  private readonly diagnostics: Diagnostics
  private readonly orders: OrderNode[] = []
  private readonly policies: PolicyNode[] = []

  constructor(tokens: readonly Token[], diagnostics: Diagnostics) {
    this.tokens = new TokenStream(tokens)
    this.diagnostics = diagnostics
  }

  /** file = { { annotation } policy | order } */
  file(): PolicyFile {
    const { tokens } = this
    while (tokens.current.kind !== 'end')
      this.attempt(
        () => this.declaration(),
        () => this.seesDeclaration(),
      )
    return { orders: this.orders, policies: this.policies }
  }

  private declaration(): void {
    const { tokens } = this
    const { start } = tokens.current
    const annotations = parseAnnotations(tokens)
    if (tokens.sees('policy')) this.policies.push(this.policy(start, annotations))
    else if (tokens.sees('order') && annotations.length === 0) this.orders.push(this.order())
    else this.unknownDeclaration()
  }

  private unknownDeclaration(): never {
    const { tokens } = this
    const { kind, text } = tokens.current
    if (kind === 'name' && NOT_YET.has(text)) tokens.fail(`\`${text}\` is not supported yet`)
    const hint = tokens.seesRule() ? 'rules stand inside `policy name { … }`' : undefined
    return tokens.fail(`expected \`policy\` or \`order\`, found ${tokens.found()}`, hint)
  }

  /** policy = "policy" name "{" { rule } "}" */
  private policy(start: number, annotations: readonly Annotation[]): PolicyNode {
    const { tokens } = this
    tokens.want('policy')
    const name = tokens.name('the name of the policy', 'letters, digits and `_`')
    tokens.want('{')
    const rules: Rule[] = []
    while (tokens.current.kind !== 'end' && !tokens.sees('}') && !this.seesDeclaration())
      this.attempt(
        () => rules.push(parseRule(tokens)),
        () => tokens.seesLabel() || tokens.sees('}') || this.seesDeclaration(),
      )
    tokens.want('}')
    return { name, annotations, rules, start, end: tokens.reached }
  }

  /** order = "order" name "{" label { "<" label } "}" */
  private order(): OrderNode {
    const { tokens } = this
    const { start } = tokens.current
    tokens.want('order')
    const name = tokens.name('the name of the order')
    tokens.want('{')
    const labels = [this.label()]
    while (tokens.eat('<')) labels.push(this.label())
    tokens.want('}', 'labels stand from low to high: `public < internal`')
    return { name, labels, start, end: tokens.reached }
  }

  private label(): Name {
    const { tokens } = this
    const token = tokens.current
    if (token.kind !== 'string') return tokens.name('a label')
    tokens.next()
    return { text: token.value, start: token.start, end: token.end }
  }

  /** `policy` or `order`, a name, a brace: no rule reads so, and a lost brace costs one rule. */
  private seesDeclaration(): boolean {
    const { tokens } = this
    const word = DECLARATIONS.some((text) => tokens.sees(text))
    return word && tokens.ahead(1).kind === 'name' && tokens.sees('{', 2)
  }

  private attempt(parse: () => void, stops: () => boolean): void {
    const { tokens } = this
    const from = tokens.current
    try {
      parse()
    } catch (fault) {
      if (!(fault instanceof SyntaxFault)) throw fault
      this.diagnostics.error(fault.finding)
      if (tokens.current === from) tokens.next()
      tokens.recover(stops)
    }
  }
}
