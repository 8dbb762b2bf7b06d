import type { CommentDoc, Doc } from './document.ts'
import { breakBefore, group, hard, indent, line, soft } from './document.ts'
import type { Gap } from './gaps.ts'
import { breaksLine } from './gaps.ts'
import type { Tokens } from './operators.ts'
import type { Item, Outline, PolicyItem, Range } from './outline.ts'
import { clausedRanges, RULE_WORD } from './outline.ts'
import { spaced } from './spacing.ts'

/** How a file is laid out: what may be broken where, and what always is. */
export class Layout {
  private readonly tokens: Tokens
  private readonly gaps: readonly Gap[]
  /** How many gaps before an index break the line of whatever they stand in. */
  private readonly breaks: readonly number[]
  private readonly outline: Outline

  constructor(tokens: Tokens, gaps: readonly Gap[], outline: Outline) {
    this.tokens = tokens
    this.gaps = gaps
    this.outline = outline
    const kept = this.keptBreaks()
    let count = 0
    this.breaks = gaps.map((gap, index) => {
      const before = count
      if (breaksLine(gap) || kept.has(index)) count++
      return before
    })
  }

  file(): Doc {
    const { items } = this.outline
    const end = this.tokens.list.length - 1
    const docs = items.map((item, position): Doc => {
      const apart = [item, items[position - 1]].some((near) => near?.kind === 'policy')
      const doc = item.kind === 'policy' ? this.policy(item) : this.clauses(item)
      return [hard(apart || this.blankBefore(item.from)), doc]
    })
    return [docs, hard(this.blankBefore(end)), this.leading(end)]
  }

  private policy({ from, to, head, open, rules }: PolicyItem): Doc {
    const close = to - 1
    const name = this.clauses({ from: head, to: open })
    const header = [this.annotations(from, head), name, ' ', this.token(open)]
    if (close === open + 1) return [header, this.token(close)]
    const docs = rules.map((rule, position): Doc => {
      const doc = this.rule(rule)
      return position === 0 ? doc : [hard(this.blankBefore(rule.from)), doc]
    })
    const body = [
      indent([line(), docs, this.leading(close, rules.length > 0)]),
      line(),
      this.closer(close),
    ]
    const annotated = rules.some((rule) => rule.head > rule.from)
    const broken = annotated || rules.length > 1 || this.mustBreak(open + 1, close + 1)
    return [header, group(body, broken)]
  }

  private rule({ from, head, to }: Item): Doc {
    const word = [this.token(head), this.token(head + 1), ' ']
    const rest = this.clauses({ from: head + RULE_WORD, to })
    return [this.annotations(from, head), word, rest]
  }

  /** A beginning, and what follows at each `for`, `if`, `when` and `unless`. */
  private clauses({ from, to }: Range): Doc {
    const starts = this.tokens.clauses(from, to)
    const docs = starts.map((at, position): Doc => {
      const end = starts[position + 1] ?? to
      const content = [this.token(at), ' ', this.list(at + 1, end)]
      if (this.tokens.isBracket(at + 1, end))
        return breakBefore(content, this.mustBreak(at, at + 1))
      return group(indent([line(), content]), this.mustBreak(at, end))
    })
    return [this.expression(from, starts[0] ?? to), docs]
  }

  /** What is separated by commas outside of brackets: the attachments of a policy. */
  private list(from: number, to: number): Doc {
    const parts = this.split(from, to, this.tokens.commas(from, to))
    if (parts.length === 1) return this.expression(from, to)
    const [first, ...rest] = parts.map(([start, end]) => this.expression(start, end))
    const more = rest.map((doc, position): Doc => {
      const [start = 0] = parts[position + 1] ?? []
      return [this.token(start - 1), line(), doc]
    })
    return group([first ?? '', indent(more)], this.mustBreak(from + 1, to))
  }

  private expression(from: number, to: number): Doc {
    const { chain, shift } = this.chain(from, to)
    return shift === undefined ? chain : group([chain, indent(shift)], this.mustBreak(from + 1, to))
  }

  /** Operands of one level; `shift` is what may be broken, to be indented or not. */
  private chain(from: number, to: number): { readonly chain: Doc; readonly shift?: Doc } {
    const prefix = this.prefixLength(from, to)
    if (prefix > 0) {
      const content = this.expression(from + prefix, to)
      const head = this.run(from, from + prefix)
      const broken = this.mustBreak(from + prefix, from + prefix + 1)
      return { chain: [head, breakBefore(content, broken)] }
    }
    const operators = this.tokens.operators(from, to)
    const loosest = operators.reduce((least, { level }) => Math.min(least, level), Infinity)
    const places = operators.filter(({ level }) => level === loosest).map(({ at }) => at)
    if (places.length === 0) return { chain: this.run(from, to) }
    const [[start, end], ...rest] = this.split(from, to, places)
    const first = this.expression(start, end)
    if (rest.length === 1 && this.tokens.isBracket(rest[0]?.[0] ?? to, to)) {
      const [place = to] = places
      const broken = this.mustBreak(place + 1, place + 2)
      const bracket = breakBefore(this.run(place + 1, to), broken)
      return { chain: [first, ' ', this.token(place), bracket] }
    }
    const shift = rest.map(([start, end]): Doc => {
      const blank = this.blankBefore(start)
      return [' ', this.token(start - 1), line(blank), this.expression(start, end)]
    })
    return { chain: first, shift }
  }

  /** `|d|` of a lambda, `name:` and `name?:` of a field. */
  private prefixLength(from: number, to: number): number {
    const { tokens } = this
    if (tokens.sees(from, '|')) return 3
    if (tokens.sees(from + 1, ':')) return from + 2 < to ? 2 : 0
    return tokens.sees(from + 1, '?') && tokens.sees(from + 2, ':') && from + 3 < to ? 3 : 0
  }

  /** Tokens without an operator among them, brackets laid out. */
  private run(from: number, to: number): Doc {
    const docs: Doc[] = []
    for (let at = from; at < to; at++) {
      if (at > from && this.isSpaced(at)) docs.push(' ')
      docs.push(this.tokens.opens(at) ? this.bracket(at) : this.token(at))
      if (this.tokens.opens(at)) at = this.tokens.close(at)
    }
    return docs
  }

  private bracket(open: number): Doc {
    const close = this.tokens.close(open)
    if (close === open + 1) return [this.token(open), this.token(close)]
    const pad = this.tokens.sees(open, '{') ? line : soft
    const parts = this.split(open + 1, close, this.tokens.commas(open + 1, close))
    const docs = parts.map(([from, to], position): Doc => {
      if (from === to) return ''
      const comma = position === 0 ? [] : line(this.blankBefore(from))
      return [comma, this.item(from, to, parts.length), to < close ? this.token(to) : '']
    })
    const content = indent([pad(), docs, this.leading(close, true)])
    const doc = [this.token(open), content, pad(), this.closer(close)]
    return group(doc, this.mustBreak(open + 1, close + 1))
  }

  /** What stands alone in brackets is broken with them. */
  private item(from: number, to: number, count: number): Doc {
    if (count > 1) return this.expression(from, to)
    const { chain, shift = '' } = this.chain(from, to)
    return [chain, shift]
  }

  private annotations(from: number, to: number): Doc {
    const docs: Doc[] = []
    for (let at = from; at < to; at++) {
      const end = this.tokens.sees(at + 2, '(') ? this.tokens.close(at + 2) : at + 1
      docs.push(this.run(at, end + 1), hard())
      at = end
    }
    return docs
  }

  private split(
    from: number,
    to: number,
    places: readonly number[],
  ): readonly [readonly [number, number], ...(readonly [number, number])[]] {
    const [first = to, ...more] = places
    const rest = more.map((end, index) => [(places[index] ?? 0) + 1, end] as const)
    const last = places.at(-1)
    return [[from, first], ...rest, ...(last === undefined ? [] : [[last + 1, to] as const])]
  }

  /** A token with the comments before it and those on its line. */
  private token(index: number): Doc {
    return [this.leading(index), this.closer(index)]
  }

  private closer(index: number): Doc {
    const comments = this.gaps[index + 1]?.trailing ?? []
    const docs = comments.map(({ text, endsLine }): CommentDoc => {
      return { kind: 'comment', text, place: endsLine ? 'end' : 'inline', blank: false }
    })
    return [this.tokens.text(index), docs]
  }

  /** The comments before a token. `first`: an empty line may stand before them. */
  private leading(index: number, first = false): Doc {
    const { own, blank } = this.gaps[index] ?? { own: [], blank: false }
    const docs = own.map((comment, position): CommentDoc => {
      const apart = (first || position > 0) && comment.blank
      return { kind: 'comment', text: comment.text, place: 'own', blank: apart }
    })
    return docs.length === 0 || this.tokens.list[index]?.kind === 'end' || this.closes(index)
      ? docs
      : [docs, hard(blank)]
  }

  private closes(index: number): boolean {
    return [')', ']', '}'].some((text) => this.tokens.sees(index, text))
  }

  /** Does an empty line stand before a token and its comments? */
  private blankBefore(index: number): boolean {
    const { own = [], blank = false } = this.gaps[index] ?? {}
    return own[0]?.blank ?? blank
  }

  private isSpaced(index: number): boolean {
    const inline = (this.gaps[index]?.trailing.length ?? 0) > 0
    return spaced(this.tokens, index) || (inline && !this.closes(index) && !this.opensCall(index))
  }

  private opensCall(index: number): boolean {
    return ['(', '.', ',', ':'].some((text) => this.tokens.sees(index, text))
  }

  /** Must a line end in some gap before the tokens from one index up to another? */
  private mustBreak(from: number, to: number): boolean {
    return (this.breaks[to] ?? 0) > (this.breaks[from] ?? 0)
  }

  /** A line that its author ended after an opening bracket or before a clause stays so. */
  private keptBreaks(): ReadonlySet<number> {
    const { tokens } = this
    const kept = new Set<number>()
    for (const [index, gap] of this.gaps.entries()) {
      if (!gap.newline) continue
      if (index > 0 && tokens.opens(index - 1) && !this.closes(index)) kept.add(index)
    }
    for (const { from, to } of clausedRanges(this.outline))
      for (const at of tokens.clauses(from, to)) if (this.gaps[at]?.newline) kept.add(at)
    return kept
  }
}
