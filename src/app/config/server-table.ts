/** A server to be declared. Of either kind it has texts as the file will have them. */
export type DeclaredServer = DeclaredProcess | DeclaredAddress

interface Declared {
  readonly isolation?: string
  readonly protocol?: string
  readonly trust?: string
  readonly space?: string
}

export interface DeclaredProcess extends Declared {
  readonly transport: 'stdio'
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface DeclaredAddress extends Declared {
  readonly transport: 'http'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** `[servers.NAME]` with all that is below it, without a line break at the end. */
export function serverTable(name: string, server: DeclaredServer): string {
  const { transport, protocol, isolation, trust, space } = server
  const path = `servers.${keyText(name)}`
  const own = (key: string, value: string | readonly string[] | undefined) =>
    value === undefined || value.length === 0 ? [] : [`${key} = ${tomlText(value)}`]
  const below = (key: string, values: Readonly<Record<string, string>>) => {
    const entries = Object.entries(values)
    if (entries.length === 0) return []
    const lines = entries.map(([each, text]) => `${tomlText(each)} = ${tomlText(text)}`)
    return [`[${path}.${key}]`, ...lines]
  }
  const head = [`[${path}]`, ...own('transport', transport), ...own('protocol', protocol)]
  const how = [...own('isolation', isolation), ...own('trust', trust), ...own('space', space)]
  if (server.transport === 'http') {
    return [...head, ...own('url', server.url), ...how, ...below('headers', server.headers)].join(
      '\n',
    )
  }
  const { command, args, cwd, env } = server
  const start = [...own('command', command), ...own('args', args), ...own('cwd', cwd)]
  return [...head, ...start, ...how, ...below('env', env)].join('\n')
}

/** A name that is none is written so that it means itself: the configuration refuses it then. */
function keyText(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : tomlText(name)
}

/** TOML has the strings and lists of JSON, but for one character that has to be escaped. */
function tomlText(value: string | readonly string[]): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f')
}
