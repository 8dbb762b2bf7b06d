import type { Diagnostic } from './diagnostics.ts'
import { Diagnostics } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import { tokensOf } from './lexer.ts'
import { parseAttachments } from './parse-attachment.ts'
import { DECLARATION_WORDS, parseDeclaration, seesDeclaration } from './parse-declaration.ts'
import { parseAnnotations, parseRule } from './parse-rule.ts'
import type { Source } from './source.ts'
import { sourceOf } from './source.ts'
import type { Annotation, Declaration, PolicyFile, PolicyNode, Rule } from './syntax.ts'
import { SyntaxFault, TokenStream } from './token-stream.ts'
import { trimmed } from './trimmed.ts'

/** A file as read: its tree holds what could be read, and is whole when there are no errors. */
export interface ParsedFile {
  readonly source: Source
  readonly tokens: readonly Token[]
  readonly tree: PolicyFile
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Reads one policy file. `file` is the name that diagnostics and decisions will show. Never throws:
 * after a mistake it goes on with the next rule.
 */
export function parsePolicyFile(file: string, text: string): ParsedFile {
  const source = sourceOf(file, text)
  const diagnostics = new Diagnostics(source)
  const tokens = tokensOf(source, diagnostics)
  const sound = diagnostics.list().length === 0
  const tree = sound ? new Parser(tokens, diagnostics).file() : { declarations: [], policies: [] }
  return { source, tokens, tree, diagnostics: diagnostics.list() }
}

class Parser {
  private readonly tokens: TokenStream
  private readonly diagnostics: Diagnostics
  private readonly declarations: Declaration[] = []
  private readonly policies: PolicyNode[] = []

  constructor(tokens: readonly Token[], diagnostics: Diagnostics) {
    this.tokens = new TokenStream(tokens)
    this.diagnostics = diagnostics
  }

  /** file = { { annotation } policy | declaration } */
  file(): PolicyFile {
    const { tokens } = this
    while (tokens.current.kind !== 'end')
      this.attempt(
        () => this.declaration(),
        () => this.seesStart(),
      )
    return { declarations: trimmed(this.declarations), policies: trimmed(this.policies) }
  }

  private declaration(): void {
    const { tokens } = this
    const { start } = tokens.current
    const annotations = parseAnnotations(tokens)
    if (tokens.sees('policy')) {
      this.policies.push(this.policy(start, annotations))
      return
    }
    const declared = annotations.length === 0 ? parseDeclaration(tokens) : undefined
    if (declared === undefined) this.unknownDeclaration()
    else this.declarations.push(declared)
  }

  private unknownDeclaration(): never {
    const { tokens } = this
    const hint = tokens.seesRule()
      ? 'rules stand inside `policy name { … }`'
      : `a file holds policies and declarations: ${DECLARATION_WORDS.join(', ')}`
    return tokens.fail(`expected \`policy\` or a declaration, found ${tokens.found()}`, hint)
  }

  /** policy = "policy" name [ "for" attachment { "," attachment } ] "{" { rule } "}" */
  private policy(start: number, annotations: readonly Annotation[]): PolicyNode {
    const { tokens } = this
    tokens.want('policy')
    const name = tokens.name('the name of the policy', 'letters, digits and `_`')
    const attachments = parseAttachments(tokens)
    tokens.want('{')
    const rules: Rule[] = []
    while (tokens.current.kind !== 'end' && !tokens.sees('}') && !this.seesStart())
      this.attempt(
        () => rules.push(parseRule(tokens)),
        () => tokens.seesLabel() || tokens.sees('}') || this.seesStart(),
      )
    tokens.want('}')
    const end = tokens.reached
    return { name, annotations, attachments, rules: trimmed(rules), start, end }
  }

  /** A policy or a declaration begins: no rule reads so, and a lost brace costs one rule. */
  private seesStart(): boolean {
    const { tokens } = this
    const policy = tokens.sees('policy') && tokens.ahead(1).kind === 'name'
    return (policy && (tokens.sees('{', 2) || tokens.sees('for', 2))) || seesDeclaration(tokens)
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
