import { named } from './check-shape.ts'
import type { ConfigFile } from './config-schema.ts'
import { nameOfPlace, type Problem } from './problems.ts'
import { placeAt, type Table } from './toml-tree.ts'

type WithServers = Pick<ConfigFile, 'servers'>

/** The file, with every `${NAME}` of a secret replaced by what the environment holds. */
export interface Resolved<File extends WithServers> {
  readonly config: File
  readonly problems: readonly Problem[]
}

export interface SecretsOptions {
  readonly tree: Table
  readonly env: NodeJS.ProcessEnv
}

/** Takes secrets from the environment. A problem names the variable, never what it holds. */
export function resolveSecrets<File extends WithServers>(
  config: File,
  { tree, env }: SecretsOptions,
): Resolved<File> {
  const problems: Problem[] = []
  const resolve = resolver({ tree, env }, problems)
  const servers = Object.entries(config.servers).map(([name, server]) => {
    const at = ['servers', name]
    const all = (key: string, values: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(values).map(([inner, text]) => [inner, resolve(text, [...at, key, inner])]),
      )
    if (server.transport === 'stdio') return [name, { ...server, env: all('env', server.env) }]
    const headers = all('headers', server.headers)
    const { introspection_secret: secret } = server
    if (secret === undefined) return [name, { ...server, headers }]
    const introspection_secret = resolve(secret, [...at, 'introspection_secret'])
    return [name, { ...server, headers, introspection_secret }]
  })
  return { config: { ...config, servers: Object.fromEntries(servers) }, problems }
}

/** What replaces the references in a text; what is wrong with them goes to `problems`. */
export function resolver({ tree, env }: SecretsOptions, problems: Problem[]) {
  return (text: string, path: readonly string[]): string => {
    const report = (message: string) => problems.push({ place: placeAt(tree, path), message })
    const resolved = substitute(text, env, report)
    if (/[\0\r\n]/.test(resolved)) report(`${named(path)} holds a line break or a zero byte`)
    return resolved
  }
}

const REFERENCE = /\$\{([^}]*)\}?/g
const COMPLETE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/

function substitute(
  text: string,
  env: NodeJS.ProcessEnv,
  report: (message: string) => void,
): string {
  return text.replaceAll(REFERENCE, (reference) => {
    const name = COMPLETE.exec(reference)?.[1]
    if (name === undefined) {
      report('a reference to the environment is written `${NAME}`')
      return ''
    }
    const value = env[name]
    if (value === undefined) report(`the environment has no variable \`${name}\`: set it`)
    else if (value === '') report(`the variable \`${name}\` is empty: set it`)
    return value ?? ''
  })
}

/** Headers that carry credentials. */
const CREDENTIAL_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key'])

/** Secrets that stand in the file itself, where backups and version control will keep them. */
export function literalSecrets(config: WithServers, tree: Table, file: string): readonly string[] {
  return Object.entries(config.servers).flatMap(([name, server]) => {
    if (server.transport === 'stdio') return []
    const held: [string[], string][] = Object.entries(server.headers)
      .filter(([header]) => CREDENTIAL_HEADERS.has(header.toLowerCase()))
      .map(([header, text]) => [['servers', name, 'headers', header], text])
    const { introspection_secret: secret } = server
    if (secret !== undefined) held.push([['servers', name, 'introspection_secret'], secret])
    return writtenOut(held, tree, file)
  })
}

/** Of secrets, each with its place, those that are written out. */
export function writtenOut(
  held: readonly (readonly [path: readonly string[], text: string])[],
  tree: Table,
  file: string,
): readonly string[] {
  return held
    .map(([path, text]) => ({ path, text, place: placeAt(tree, path) }))
    .filter(({ place, text }) => place.kind === 'file' && !text.includes('${'))
    .map(
      ({ path, place }) =>
        `${nameOfPlace(place, file)}: ${named(path)} is written out: ` +
        'take it from the environment with `${NAME}`',
    )
}
