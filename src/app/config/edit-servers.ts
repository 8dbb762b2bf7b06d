import type { AST } from 'toml-eslint-parser'
import { PortcullisError } from '../../kernel/errors.ts'
import { parseTomlProgram } from './toml-tree.ts'

/**
 * The text with tables at its end, each after an empty line. What was there stays, byte for byte;
 * only a line break that its last line lacks is added.
 */
export function withTables(text: string, tables: readonly string[]): string {
  const end = /\r\n/.test(text) ? '\r\n' : '\n'
  return tables.reduce((before, table) => {
    const whole = before === '' || before.endsWith('\n') ? before : `${before}${end}`
    const between = before === '' ? '' : end
    return `${whole}${between}${table.split('\n').join(end)}${end}`
  }, text)
}

/**
 * The text with the table of a server at its end.
 * @throws PortcullisError `SERVER_TAKEN`. @throws TomlError
 */
export function withServer(text: string, name: string, table: string): string {
  if (partsOf(text, name).length === 0) return withTables(text, [table])
  throw new PortcullisError('SERVER_TAKEN', `\`[servers.${name}]\` is there already`)
}

/**
 * The text without a server: without the lines of its table and of those below it, and without the
 * empty line before each that kept it apart. Comments above it stay.
 * @throws PortcullisError `SERVER_UNKNOWN`; `SERVER_UNCUT` where it has no lines of its own.
 * @throws TomlError
 */
export function withoutServer(text: string, name: string): string {
  const parts = partsOf(text, name)
  if (parts.length === 0) {
    throw new PortcullisError('SERVER_UNKNOWN', `the configuration declares no server \`${name}\``)
  }
  // From the end, so that the places of the others still hold.
  return parts.toReversed().reduce(cut, text)
}

/** Offsets: where a part begins, and where it has ended. */
type Part = readonly [start: number, end: number]

/** Where a server is declared: its tables, and what others say of it by dotted keys. */
function partsOf(text: string, name: string): readonly Part[] {
  const found: Part[] = []
  for (const node of parseTomlProgram(text).body[0].body) {
    const pairs = node.type === 'TOMLTable' ? node.body : [node]
    const path = node.type === 'TOMLTable' ? namesIn(node.key) : []
    if (isOf(path, name)) found.push(node.range)
    else found.push(...pairs.flatMap((pair) => partsIn(pair, path, name)))
  }
  return found
}

function partsIn(pair: AST.TOMLKeyValue, above: readonly string[], name: string): readonly Part[] {
  const path = [...above, ...namesIn(pair.key)]
  if (isOf(path, name)) return [pair.range]
  const { value } = pair
  if (path.length > 1 || path[0] !== 'servers' || value.type !== 'TOMLInlineTable') return []
  if (!value.body.some((inner) => namesIn(inner.key)[0] === name)) return []
  throw new PortcullisError('SERVER_UNCUT', `server \`${name}\` stands in a table within a line`)
}

function isOf([table, server]: readonly string[], name: string): boolean {
  return table === 'servers' && server === name
}

function namesIn({ keys }: AST.TOMLKey): readonly string[] {
  return keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value))
}

/** Whole lines, with what stands behind on the last one. */
function cut(text: string, [from, to]: Part): string {
  const before = text.slice(0, text.lastIndexOf('\n', from - 1) + 1)
  const lineEnd = text.indexOf('\n', to)
  const after = lineEnd === -1 ? '' : text.slice(lineEnd + 1)
  const isApart = after === '' || /^\r?\n/.test(after)
  return `${isApart ? before.replace(/(^|\n)\r?\n$/, '$1') : before}${after}`
}
