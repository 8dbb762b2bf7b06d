import type { Document, Node } from 'yaml'
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { Diagnostics } from '../../kernel/policy/language/diagnostics.ts'
import type { Source, Span } from '../../kernel/policy/language/source.ts'
import type { Located, Member } from '../../kernel/policy-tests/located.ts'

/** Values inside one another; an anchor that holds itself ends here. */
export const MAX_YAML_DEPTH = 32
/** Values of one file, those that aliases repeat as well. */
export const MAX_YAML_VALUES = 200_000

export interface ParsedYaml {
  readonly root: Located | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads one YAML 1.2 document, with the place of every value. Mistakes are diagnostics. */
export function parseYaml(source: Source): ParsedYaml {
  const diagnostics = new Diagnostics(source)
  const document = parseDocument(source.text, { version: '1.2', prettyErrors: false })
  for (const { message, pos } of [...document.errors, ...document.warnings])
    diagnostics.error({
      at: { start: pos[0], end: Math.max(pos[1], pos[0] + 1) },
      message,
      hint: YAML_HINT,
    })
  if (diagnostics.list().length > 0) return { root: undefined, diagnostics: diagnostics.list() }
  const root = new Reader(document, diagnostics).read(document.contents, NOWHERE, 0)
  const found = diagnostics.list()
  return { root: found.length > 0 ? undefined : root, diagnostics: found }
}

const YAML_HINT = 'a file of tests is one YAML 1.2 document'
const NO_OTHERS = 'only texts, finite numbers, booleans and null'
const NOWHERE: Span = { start: 0, end: 1 }

class Reader {
  private readonly document: Document
  private readonly diagnostics: Diagnostics
  private values = 0

  constructor(document: Document, diagnostics: Diagnostics) {
    this.document = document
    this.diagnostics = diagnostics
  }

  /** An absent value is null, as in `key:`. `within` is where it would stand. */
  read(node: Node | null, within: Span, depth: number): Located {
    const at = node === null ? within : spanOf(node, within)
    if (++this.values > MAX_YAML_VALUES || depth > MAX_YAML_DEPTH) return this.tooMuch(at)
    if (isAlias(node)) return this.read(node.resolve(this.document) ?? null, at, depth + 1)
    if (isMap(node)) {
      const members = node.items.map(({ key, value }) => this.member(key, value, { at, depth }))
      return { kind: 'record', members: members.flat(), at }
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(asNode(item), at, depth + 1))
      return { kind: 'list', items, at }
    }
    return { kind: 'scalar', value: this.scalar(node, at), at }
  }

  private member(key: unknown, value: unknown, within: { at: Span; depth: number }): Member[] {
    if (!isScalar(key)) {
      this.diagnostics.error({
        at: within.at,
        message: 'a name is a plain text',
        hint: 'write `name: value`',
      })
      return []
    }
    const keyAt = spanOf(key, within.at)
    const read = this.read(asNode(value), keyAt, within.depth + 1)
    return [{ key: String(key.value), keyAt, value: read }]
  }

  private scalar(node: Node | null, at: Span): string | number | boolean | null {
    const value: unknown = isScalar(node) ? node.value : null
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    this.diagnostics.error({ at, message: NO_OTHERS, hint: 'put it in quotes' })
    return null
  }

  private tooMuch(at: Span): Located {
    // One report is enough: what is left of the file is not read.
    if (this.values !== Number.POSITIVE_INFINITY)
      this.diagnostics.error({
        at,
        message: 'too much, or nested too deeply',
        hint: 'split the file',
      })
    this.values = Number.POSITIVE_INFINITY
    return { kind: 'scalar', value: null, at }
  }
}

function asNode(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null
}

function spanOf({ range }: Node, within: Span): Span {
  return range ? { start: range[0], end: Math.max(range[1], range[0] + 1) } : within
}
