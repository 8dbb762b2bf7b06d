import type { Token } from '../language/lexer.ts'
import { RELATIONS } from '../language/parse-expression.ts'

/** How tightly an operator binds, for choosing where to break first: the loosest. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ['after', 0],
  ['=', 0],
  ['||', 1],
  ['&&', 2],
  ...RELATIONS.map((operator) => [operator, 3] as const),
  ['+', 4],
  ['-', 4],
  ['*', 5],
])

/** Words that begin a part of a rule or of a declaration. */
const CLAUSES: ReadonlySet<string> = new Set(['for', 'if', 'when', 'unless'])

const OPENERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])
const CLOSERS: ReadonlySet<string> = new Set(OPENERS.values())

export interface Operator {
  readonly at: number
  readonly level: number
}

/** Tokens of a file that was read without a mistake, as the formatter sees them. */
export class Tokens {
  readonly list: readonly Token[]
  /** Index of the bracket that closes the one at an index. */
  private readonly closing = new Map<number, number>()

  constructor(list: readonly Token[]) {
    this.list = list
    const open: number[] = []
    for (const index of list.keys())
      if (this.opens(index)) open.push(index)
      else if (this.is(index, CLOSERS)) this.closing.set(open.pop() ?? index, index)
  }

  text(index: number): string {
    return this.list[index]?.text ?? ''
  }

  sees(index: number, text: string): boolean {
    return this.text(index) === text && this.list[index]?.kind !== 'string'
  }

  opens(index: number): boolean {
    return this.is(index, OPENERS)
  }

  /** Where the bracket at `index` closes. */
  close(index: number): number {
    return this.closing.get(index) ?? index
  }

  /** The first `text` at or after `from`, brackets stepped over. */
  find(text: string, from: number): number {
    let at = from
    while (at < this.list.length && !this.sees(at, text))
      at = this.opens(at) ? this.close(at) + 1 : at + 1
    return at
  }

  /** Where what `@name("text")` is written before begins. */
  skipAnnotations(from: number): number {
    let at = from
    while (this.sees(at, '@')) at = this.sees(at + 2, '(') ? this.close(at + 2) + 1 : at + 2
    return at
  }

  /** Does the bracket at `from` close right before `to`? */
  isBracket(from: number, to: number): boolean {
    return this.opens(from) && this.close(from) === to - 1
  }

  /** The operators between two indices, those in brackets left out. */
  operators(from: number, to: number): readonly Operator[] {
    return this.outside(from, to).flatMap(({ at, operand }) => {
      const level = operand ? undefined : this.lookUp(at, LEVELS)
      return level === undefined ? [] : [{ at, level }]
    })
  }

  /** Where clauses begin between two indices. */
  clauses(from: number, to: number): readonly number[] {
    return this.outside(from, to)
      .filter(({ at, operand }) => !operand && this.is(at, CLAUSES))
      .map(({ at }) => at)
  }

  /** The commas between two indices, those in brackets left out. */
  commas(from: number, to: number): readonly number[] {
    return this.outside(from, to)
      .filter(({ at }) => this.sees(at, ','))
      .map(({ at }) => at)
  }

  /** Each token not in brackets; `operand`: an operand is due there, so it is no operator. */
  private outside(from: number, to: number): readonly { at: number; operand: boolean }[] {
    const found: { at: number; operand: boolean }[] = []
    let operand = true
    for (let at = from; at < to; at++) {
      found.push({ at, operand })
      if (this.opens(at)) {
        at = this.close(at)
        operand = false
      } else if (operand) operand = this.sees(at, '!')
      else operand = this.is(at, LEVELS) || this.is(at, CLAUSES) || this.is(at, BEFORE_OPERAND)
    }
    return found
  }

  private is(index: number, texts: { has(text: string): boolean }): boolean {
    return this.list[index]?.kind !== 'string' && texts.has(this.text(index))
  }

  private lookUp(index: number, texts: ReadonlyMap<string, number>): number | undefined {
    return this.list[index]?.kind === 'string' ? undefined : texts.get(this.text(index))
  }
}

/** After a dot comes a name, whatever word it is. */
const BEFORE_OPERAND: ReadonlySet<string> = new Set([',', ':', '.'])
