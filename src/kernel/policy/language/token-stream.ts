import { MAX_NESTING } from './bounds.ts'
import type { Mistake } from './diagnostics.ts'
import type { Token } from './lexer.ts'
import type { Span } from './source.ts'
import type { Name } from './syntax.ts'
import { trimmed } from './trimmed.ts'

/** Leaves the rule or declaration at hand after a mistake; its parser goes on with the next. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault'
  readonly finding: Mistake

  constructor(finding: Mistake) {
    super(finding.message)
    this.finding = finding
  }
}

/** What to do where nothing more is known than what was expected. */
const NAME_HINT = 'a name is of letters, digits and `_`, and begins with no digit'
const TEXT_HINT = 'texts stand in straight double quotes: "…"'
const NESTING_HINT = 'say part of it in a rule or a class of its own'

/** By what is missing. */
const MARK_HINTS: ReadonlyMap<string, string> = new Map([
  [')', 'close what was opened with `(`'],
  [']', 'close what was opened with `[`, and put commas between items'],
  ['}', 'close what was opened with `{`'],
  ['{', 'what belongs to it stands in braces: `{ … }`'],
  [':', 'a colon stands between a name and what it is'],
])

/** What a rule begins with. */
export const RULE_WORDS: ReadonlySet<string> = new Set(['allow', 'deny', 'require', 'audit'])

/** The tokens of one file and a place among them. Strings never count as the words they hold. */
export class TokenStream {
  private readonly tokens: readonly Token[]
  private readonly last: Token
  private index = 0
  private depth = 0

  /** `tokens` ends with the token `end`. */
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
    this.last = tokens.at(-1) ?? { kind: 'end', text: '', start: 0, end: 0 }
  }

  get current(): Token {
    return this.ahead(0)
  }

  /** End of the token before the current one: where a node just read ends. */
  get reached(): number {
    return this.tokens[this.index - 1]?.end ?? 0
  }

  ahead(distance: number): Token {
    return this.tokens[this.index + distance] ?? this.last
  }

  next(): Token {
    const token = this.current
    this.index++
    return token
  }

  sees(text: string, distance = 0): boolean {
    const token = this.ahead(distance)
    return token.text === text && (token.kind === 'mark' || token.kind === 'name')
  }

  /** Which of these words and marks comes next. */
  oneOf<T extends string>(texts: readonly T[]): T | undefined {
    const { kind, text } = this.current
    if (kind !== 'mark' && kind !== 'name') return undefined
    for (const known of texts) if (known === text) return known
    return undefined
  }

  /** A rule ends where the next one begins: a rule word followed by a colon. */
  seesRule(): boolean {
    return this.seesLabel() && this.seesRuleWord()
  }

  seesRuleWord(): boolean {
    return this.current.kind === 'name' && RULE_WORDS.has(this.current.text)
  }

  /** A name followed by a colon: a rule, or one whose word is misspelt. */
  seesLabel(): boolean {
    return this.current.kind === 'name' && this.sees(':', 1)
  }

  eat(text: string): boolean {
    const seen = this.sees(text)
    if (seen) this.index++
    return seen
  }

  want(text: string, hint = MARK_HINTS.get(text) ?? `write \`${text}\` here`): void {
    if (!this.eat(text)) this.fail(`expected \`${text}\`, found ${this.found()}`, hint)
  }

  name(what: string, hint = NAME_HINT): Name {
    const token = this.current
    if (token.kind !== 'name') return this.fail(`expected ${what}, found ${this.found()}`, hint)
    this.index++
    return { text: token.text, start: token.start, end: token.end }
  }

  /** The value of a text in quotes. */
  text(what: string): string {
    const token = this.current
    if (token.kind !== 'string')
      return this.fail(`expected ${what}, found ${this.found()}`, TEXT_HINT)
    this.index++
    return token.value
  }

  /** One or more, separated by commas, with or without a comma after the last. */
  list<T>(close: string, item: () => T): readonly T[] {
    const items: T[] = []
    while (!this.sees(close)) {
      items.push(item())
      if (!this.eat(',')) break
    }
    this.want(close)
    return trimmed(items)
  }

  /** Runs `parse` one level deeper; the depth of the tree is bounded here and nowhere else. */
  nested<T>(parse: () => T): T {
    if (this.depth >= MAX_NESTING)
      this.fail(`nested deeper than ${MAX_NESTING} levels`, NESTING_HINT)
    this.depth++
    const result = parse()
    this.depth--
    return result
  }

  fail(message: string, hint: string, at: Span = this.current): never {
    throw new SyntaxFault({ at: { start: at.start, end: at.end }, message, hint })
  }

  found(): string {
    const { kind, text } = this.current
    return kind === 'end' ? 'the end of the file' : `\`${text}\``
  }

  /** Skips to the next token that `stops` at, after a fault; past whole pairs of braces. */
  recover(stops: () => boolean): void {
    this.depth = 0
    let open = 0
    while (this.current.kind !== 'end' && (open > 0 || !stops())) {
      if (this.sees('{')) open++
      else if (this.sees('}')) open = Math.max(0, open - 1)
      this.index++
    }
  }
}
