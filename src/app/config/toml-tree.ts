import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'

/** Where a value stands: in the file, or in a variable of the environment. */
export type Place = FilePlace | { readonly kind: 'variable'; readonly name: string }

/** `line` and `column` count from 1; `start` and `end` are offsets in the text. */
export interface FilePlace {
  readonly kind: 'file'
  readonly line: number
  readonly column: number
  readonly start: number
  readonly end: number
}

/** A value with its place, as the file or the environment gives it. */
export type Node = Table | List | Scalar

export interface Table {
  readonly kind: 'table'
  readonly place: Place
  readonly entries: Map<string, Entry>
}

export interface Entry {
  /** Where the key stands. */
  readonly place: Place
  readonly node: Node
}

export interface List {
  readonly kind: 'list'
  readonly place: Place
  readonly items: readonly Node[]
}

export interface Scalar {
  readonly kind: 'scalar'
  readonly place: Place
  readonly value: string | number | boolean | Date
}

/** Text that is no TOML. */
export class TomlError extends Error {
  override readonly name = 'TomlError'
  readonly place: FilePlace

  constructor(message: string, place: FilePlace, options: ErrorOptions) {
    super(message, options)
    this.place = place
  }
}

/**
 * Reads TOML 1.0 as a tree that knows where everything stands.
 * @throws TomlError at the first place that is no TOML.
 */
export function parseTomlTree(text: string): Table {
  const root: Table = { kind: 'table', place: BEGINNING, entries: new Map() }
  for (const node of parseTomlProgram(text).body[0].body) {
    if (node.type === 'TOMLKeyValue') {
      addPair(root, node)
      continue
    }
    const table = tableAt(root, node)
    for (const pair of node.body) addPair(table, pair)
  }
  return root
}

/** The text as its parser has it, comments and all. @throws TomlError at the first fault. */
export function parseTomlProgram(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.0' })
  } catch (cause) {
    if (cause instanceof ParseError) {
      const message = cause.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase())
      const { index, lineNumber: line, column } = cause
      const place = { kind: 'file', line, column: column + 1, start: index, end: index } as const
      throw new TomlError(message, place, { cause })
    }
    // The parser recurses, and says so when the stack ends.
    if (cause instanceof RangeError) throw new TomlError('nested too deeply', BEGINNING, { cause })
    throw cause
  }
}

/** The table of a header. An array of tables `[[a]]` grows by one for each header. */
function tableAt(root: Table, { kind, key }: AST.TOMLTable): Table {
  const parts = key.keys
  const parent = parts.slice(0, -1).reduce((table, part) => descend(table, part), root)
  const last = parts.at(-1)
  if (last === undefined) return parent
  if (kind === 'standard') return descend(parent, last)
  const added: Table = { kind: 'table', place: placeOf(last), entries: new Map() }
  const known = parent.entries.get(nameOf(last))
  const items = known?.node.kind === 'list' ? known.node.items : []
  const node: List = { kind: 'list', place: added.place, items: [...items, added] }
  parent.entries.set(nameOf(last), { place: known?.place ?? added.place, node })
  return added
}

type KeyPart = AST.TOMLBare | AST.TOMLQuoted

/** The table of this name, made where it is missing. Of a list, its last: TOML says so. */
function descend(table: Table, part: KeyPart): Table {
  const known = table.entries.get(nameOf(part))?.node
  if (known?.kind === 'table') return known
  const last = known?.kind === 'list' ? known.items.at(-1) : undefined
  if (last?.kind === 'table') return last
  const place = placeOf(part)
  const made: Table = { kind: 'table', place, entries: new Map() }
  table.entries.set(nameOf(part), { place, node: made })
  return made
}

function addPair(table: Table, { key, value }: AST.TOMLKeyValue): void {
  const parent = key.keys.slice(0, -1).reduce((below, part) => descend(below, part), table)
  const last = key.keys.at(-1)
  if (last === undefined) return
  parent.entries.set(nameOf(last), { place: placeOf(last), node: nodeOf(value) })
}

function nodeOf(content: AST.TOMLContentNode): Node {
  const place = placeOf(content)
  switch (content.type) {
    case 'TOMLValue':
      return { kind: 'scalar', place, value: content.value }
    case 'TOMLArray':
      return { kind: 'list', place, items: content.elements.map(nodeOf) }
    case 'TOMLInlineTable': {
      const table: Table = { kind: 'table', place, entries: new Map() }
      for (const pair of content.body) addPair(table, pair)
      return table
    }
  }
}

function nameOf(part: KeyPart): string {
  return part.type === 'TOMLBare' ? part.name : part.value
}

/** The parser counts columns from 0. */
function placeOf({ loc, range: [start, end] }: AST.HasLocs): Place {
  return { kind: 'file', line: loc.start.line, column: loc.start.column + 1, start, end }
}

const BEGINNING: FilePlace = { kind: 'file', line: 1, column: 1, start: 0, end: 0 }

/** The place of what stands at `path`, or of the innermost table on the way that is there. */
export function placeAt(root: Table, path: readonly (string | number)[]): Place {
  let node: Node | undefined = root
  let place = root.place
  for (const step of path) {
    if (node?.kind === 'table') {
      const entry: Entry | undefined = node.entries.get(String(step))
      node = entry?.node
    } else {
      node = node?.kind === 'list' ? node.items[Number(step)] : undefined
    }
    if (node === undefined) return place
    place = node.place
  }
  return place
}
