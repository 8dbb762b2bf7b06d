import { nearest } from '../../kernel/text/nearest.ts'
import { alternativeOf, named, type Schema } from './check-shape.ts'
import type { Problem } from './problems.ts'
import type { Entry, Node, Place, Table } from './toml-tree.ts'

const PREFIX = 'PORTCULLIS_'

/** Variables of this prefix that are no settings. */
export const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  PORTCULLIS_APPROVER_TOKEN: 'The token of the approver who votes with `portcullis approvals`.',
  PORTCULLIS_CONFIG: 'The configuration file, where `--config` does not name one.',
  PORTCULLIS_CREDENTIALS: 'Where `portcullis login` keeps its session.',
  PORTCULLIS_DEADLINE_MS: 'How long a call of the SDK may take with all that it repeats.',
  PORTCULLIS_DEBUG: 'When set, unexpected errors are printed with their stack.',
  PORTCULLIS_TIMEOUT_MS: 'How long one request of the SDK may take.',
  PORTCULLIS_TOKEN: 'The token that the SDK presents.',
  PORTCULLIS_URL: 'Where the SDK finds the runtime: `http://127.0.0.1:7070`.',
}

/** A value that a variable may set. */
interface Setting {
  readonly variable: string
  readonly path: readonly string[]
  readonly schema: Schema
}

/**
 * Puts what the environment says into the tree: `PORTCULLIS_LISTEN_MCP_PORT` is `listen.mcp.port`.
 * Of what the operator names (agents, servers), only what the file declares can be set. A variable
 * that is empty counts as not set.
 */
export function overlay(root: Table, schema: Schema, env: NodeJS.ProcessEnv): readonly Problem[] {
  const settings = [...settingsOf(root, schema, [])]
  const problems: Problem[] = []
  for (const [variable, text = ''] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === '') continue
    if (Object.hasOwn(OTHER_VARIABLES, variable)) continue
    const place: Place = { kind: 'variable', name: variable }
    const [setting, ...others] = settings.filter((candidate) => candidate.variable === variable)
    if (setting === undefined)
      problems.push({ place, message: unknownVariable(variable, settings) })
    else if (others.length > 0) problems.push({ place, message: ambiguous([setting, ...others]) })
    else put(root, setting, nodeOf(text, setting.schema, place))
  }
  return problems
}

function* settingsOf(
  node: Node | undefined,
  schema: Schema,
  path: readonly string[],
): Generator<Setting> {
  const { type, properties, patternProperties, anyOf } = schema
  const table = node?.kind === 'table' ? node : undefined
  if (anyOf !== undefined) {
    const chosen = table && alternativeOf(table, anyOf)
    if (chosen !== undefined) yield* settingsOf(table, chosen, path)
  } else if (patternProperties !== undefined) {
    const [member = {}] = Object.values(patternProperties)
    for (const [key, entry] of table?.entries ?? []) {
      yield* settingsOf(entry.node, member, [...path, key])
    }
  } else if (type === 'object') {
    for (const [key, member] of Object.entries(properties ?? {})) {
      yield* settingsOf(table?.entries.get(key)?.node, member, [...path, key])
    }
  } else {
    yield { variable: variableOf(path), path, schema }
  }
}

/** `listen.mcp.port` → `PORTCULLIS_LISTEN_MCP_PORT` */
export function variableOf(path: readonly string[]): string {
  const words = path.map((part) => part.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_'))
  return PREFIX + words.join('_')
}

/** A list has commas between. What is of another type is left for the schema to refuse. */
function nodeOf(text: string, { type }: Schema, place: Place): Node {
  const scalar = (value: string | number | boolean): Node => ({ kind: 'scalar', place, value })
  if (type === 'integer' && /^-?\d+$/.test(text)) return scalar(Number(text))
  if (type === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return scalar(Number(text))
  if (type === 'boolean' && /^(true|false)$/.test(text)) return scalar(text === 'true')
  if (type !== 'array') return scalar(text)
  return { kind: 'list', place, items: text.split(',').map((item) => scalar(item.trim())) }
}

/** Where the file has something else than a table on the way, the schema will say so. */
function put(root: Table, { path }: Setting, node: Node): void {
  let table = root
  for (const key of path.slice(0, -1)) {
    const made: Table = { kind: 'table', place: node.place, entries: new Map() }
    const entry: Entry = table.entries.get(key) ?? { place: node.place, node: made }
    table.entries.set(key, entry)
    if (entry.node.kind !== 'table') return
    table = entry.node
  }
  const place = table.entries.get(path.at(-1) ?? '')?.place ?? node.place
  table.entries.set(path.at(-1) ?? '', { place, node })
}

function unknownVariable(variable: string, settings: readonly Setting[]): string {
  const names = settings.map((setting) => setting.variable)
  const near = nearest(variable, [...names, ...Object.keys(OTHER_VARIABLES)])
  const hint = near === undefined ? 'see `docs/reference/config.md`' : `did you mean \`${near}\`?`
  return `no setting of this name: ${hint}`
}

function ambiguous(settings: readonly Setting[]): string {
  return `means ${settings.map(({ path }) => named(path)).join(' and ')}: set it in the file`
}
