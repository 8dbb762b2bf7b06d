import { serverTable } from '../config/server-table.ts'
import type { ClientServer } from './read-servers.ts'

/** Servers as our configuration has them, and what has to be in the environment for them. */
export interface ImportedServers {
  readonly servers: readonly { readonly name: string; readonly as: string; readonly text: string }[]
  /** Values by variable: secrets, which belong in no configuration. */
  readonly variables: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

const NAME_LIMIT = 32

/**
 * Every value of an environment and of a header goes into a variable: which of them are secrets,
 * only their owner knows. `taken` are names that are given already.
 */
export function toConfig(
  servers: readonly ClientServer[],
  taken: ReadonlySet<string>,
): ImportedServers {
  const names = new Set(taken)
  const variables = new Map<string, string>()
  const notes: string[] = []
  const imported = servers.map((server) => {
    const as = freeName(server.name, names)
    names.add(as)
    const note = (text: string) => notes.push(`${as}: ${text}`)
    return { name: server.name, as, text: tableOf(server, { as, variables, note }) }
  })
  return { servers: imported, variables, notes }
}

/** A name that our configuration allows, which no other server has. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, NAME_LIMIT)
  const base = plain === '' ? 'server' : plain
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `-${number}`
    const candidate = `${base.slice(0, NAME_LIMIT - suffix.length)}${suffix}`
    if (!taken.has(candidate)) return candidate
  }
}

interface Around {
  readonly as: string
  readonly variables: Map<string, string>
  readonly note: (text: string) => void
}

function tableOf(server: ClientServer, around: Around): string {
  const { as, note } = around
  const plain = (text: string) => withoutReferences(text, note)
  const kept = (values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, text]) => [name, asVariable(text, [as, name], around)]),
    )
  if (server.kind === 'stdio') {
    const { command, args, env, cwd } = server
    const place = cwd === undefined ? {} : { cwd: plain(cwd) }
    const started = { command: plain(command), args: args.map(plain), env: kept(env), ...place }
    return serverTable(as, { transport: 'stdio', ...started })
  }
  const { url, headers, kind } = server
  const reached = { url: plain(url), headers: kept(headers) }
  const spoken = kind === 'sse' ? { protocol: 'sse' } : {}
  return serverTable(as, { transport: 'http', ...spoken, ...reached })
}

/** `${NAME}`, `${NAME:-default}` (Claude Code), `${env:NAME}` and `${input:id}` (VS Code). */
const REFERENCE = /\$\{(?:env:|input:)?([A-Za-z_][\w.-]*)(?::-([^}]*))?\}/g

/** What our configuration says in place of a value: a reference to a variable. */
function asVariable(
  text: string,
  [as, name]: readonly [string, string],
  { variables, note }: Around,
): string {
  const references = [...text.matchAll(REFERENCE)]
  if (references.length === 0) {
    const variable = variableName(`${as}_${name}`)
    variables.set(variable, text)
    return `\${${variable}}`
  }
  return text.replaceAll(REFERENCE, (_whole, referred: string, fallback?: string) => {
    const variable = variableName(referred)
    if (fallback !== undefined && !variables.has(variable)) variables.set(variable, fallback)
    else note(`set the variable ${variable}`)
    return `\${${variable}}`
  })
}

function variableName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase()
}

/** Our configuration replaces references in secrets alone; elsewhere they would stay. */
function withoutReferences(text: string, note: (text: string) => void): string {
  if (/\$\{[^}]*\}/.test(text)) note(`replace the reference in ${JSON.stringify(text)} by hand`)
  return text
}
