/**
 * The shape of a leaf as a regular expression, the fastest reader of text that there is here. It
 * matches what has the same members with values of the same types, in canonical JSON (RFC 8785) of
 * ASCII, and nothing else: what it matches needs no parsing to be known as canonical.
 */

/** Members whose value decides what a receipt is: their values are part of its shape. */
const TELLING: ReadonlySet<string> = new Set(['kind', 'state', 'v'])

/** What stands for itself in a text, and the escapes that are canonical where no other way is. */
const PLAIN = '[ !#-\\[\\]-\\x7f]*'
const ESCAPE = '\\\\["\\\\bfnrt]'
const TEXT = `"${PLAIN}(?:${ESCAPE}${PLAIN})*"`
/** A text that is asked for: escapes are not resolved. */
const ASKED_TEXT = `"(${PLAIN})"`

// A double holds so many digits exactly; below 1e-6 the canonical form has an exponent.
const COUNT = '(?:0|[1-9][0-9]{0,14})'
const ASKED_COUNT = `(${COUNT})`
const DECIMAL = '(?:0|[1-9][0-9]{0,7})\\.[0-9]{0,5}[1-9]'

/** Longest expression; a leaf of so many different parts is parsed. */
const MAX_SOURCE = 8 * 1024

/** Deepest nesting that is followed. */
const MAX_DEPTH = 16

/** An expression with a group for each of the members in `asked`, in the order of the text. */
export interface LeafPattern {
  readonly expression: RegExp
  readonly asked: readonly string[]
}

/**
 * The pattern of a leaf, given as text and as what it says; nothing where there is none, as for
 * text that is not ASCII. `ask` has the members that are asked for, as `effect.of`.
 */
export function patternOf(
  text: string,
  value: object,
  ask: ReadonlySet<string>,
): LeafPattern | undefined {
  const asked: string[] = []
  const source = new PatternSource((path) => ask.has(path) && asked.push(path) > 0).of(value)
  if (source === undefined || source.length > MAX_SOURCE) return undefined
  const expression = new RegExp(`^${source}$`)
  return expression.test(text) ? { expression, asked } : undefined
}

class PatternSource {
  readonly #asks: (path: string) => boolean
  #lists = 0
  #depth = 0

  constructor(asks: (path: string) => boolean) {
    this.#asks = asks
  }

  /** Nothing for what no pattern is made of. */
  of(value: unknown, path = ''): string | undefined {
    const asked = this.#lists === 0 && path !== '' && this.#asks(path)
    if (typeof value === 'string') return asked ? ASKED_TEXT : TEXT
    if (typeof value === 'boolean') return '(?:true|false)'
    if (typeof value === 'number') {
      if (Number.isInteger(value)) return asked ? ASKED_COUNT : COUNT
      return DECIMAL
    }
    if (typeof value !== 'object' || value === null || this.#depth === MAX_DEPTH) return undefined
    this.#depth += 1
    const source = Array.isArray(value) ? this.#list(value) : this.#object(value, path)
    this.#depth -= 1
    return source
  }

  #object(value: object, path: string): string | undefined {
    const members = Object.entries(value).map(([name, member]) => {
      const literal = `${JSON.stringify(name)}:`
      if (TELLING.has(name)) return escaped(literal + JSON.stringify(member))
      const source = this.of(member, path === '' ? name : `${path}.${name}`)
      return source && escaped(literal) + source
    })
    return members.includes(undefined) ? undefined : `\\{${members.join(',')}\\}`
  }

  /** Items of one shape count once: the pattern says what is in a list, not how many. */
  #list(items: readonly unknown[]): string | undefined {
    this.#lists += 1
    const sources = items.map((item) => this.of(item))
    this.#lists -= 1
    if (sources.includes(undefined)) return undefined
    const shapes = sources.filter((source, at) => source !== sources[at - 1])
    return `\\[${shapes.map((shape) => `${shape}(?:,${shape})*`).join(',')}\\]`
  }
}

function escaped(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
