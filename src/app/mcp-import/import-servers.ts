import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { draftConfig } from '../config/config-draft.ts'
import { withTables } from '../config/edit-servers.ts'
import { loadConfig } from '../config.ts'
import { readTextFile } from '../text-files.ts'
import { CLIENTS, type ClientName, filesOf, thisHome } from './clients.ts'
import { type ClientServer, readServers } from './read-servers.ts'
import { type ImportedServers, toConfig } from './to-config.ts'

export interface ImportRequest {
  /** A file of a client; without one, those of the clients named, or of all of them. */
  readonly file?: string
  readonly from?: ClientName
  /** The project whose own files count too. */
  readonly project: string
  /** Our configuration: its servers keep their names. */
  readonly config: string
}

export interface Imported extends ImportedServers {
  readonly files: readonly string[]
  readonly left: readonly { readonly name: string; readonly why: string }[]
}

/**
 * The servers that clients of this machine are set up with. Reads alone.
 * @throws PortcullisError `IMPORT_NOTHING` where there is no such file, `IMPORT_UNREADABLE`.
 */
export function importServers({ file, from, project, config }: ImportRequest): Imported {
  const clients = from === undefined ? CLIENTS : [from]
  const candidates =
    file === undefined ? clients.flatMap((client) => filesOf(client, thisHome(project))) : [file]
  const files = candidates.filter((path) => existsSync(path))
  if (files.length === 0) {
    throw new PortcullisError('IMPORT_NOTHING', `none of these is there: ${candidates.join(', ')}`)
  }
  const read = files.map((path) => readServers(readTextFile(path), path))
  const all = read.flatMap(({ servers }) => servers)
  const ours = (server: ClientServer) => server.kind === 'stdio' && isOurs(server.command)
  const left = read.flatMap((one) => one.left)
  const own = all.filter(ours).map(({ name }) => ({ name, why: 'it is this runtime' }))
  const servers = all.filter((server) => !ours(server))
  return { ...toConfig(servers, takenNames(config)), files, left: [...left, ...own] }
}

/** A client that was set up with this runtime already has it among its servers. */
function isOurs(command: string): boolean {
  return /(?:^|[\\/])portcullis(?:\.js|\.cmd)?$/.test(command)
}

function takenNames(config: string): ReadonlySet<string> {
  if (!existsSync(config)) return new Set()
  return new Set(Object.keys(loadConfig(config, {}, { purpose: 'inspect' }).servers))
}

/** The file beside the configuration that holds what belongs into the environment. */
export function environmentFile(config: string): string {
  return join(dirname(config), 'portcullis.env')
}

/**
 * Adds the servers to the configuration, and what they need to the file of variables, which only
 * its owner can read. A configuration that would not load stays as it was.
 * @throws PortcullisError `CONFIG_MISSING`, `CONFIG_INVALID`.
 */
export function writeImported({ servers, variables }: ImportedServers, config: string): void {
  const tables = servers.map(({ text }) => text)
  const place = { main: config, file: config, env: {}, purpose: 'inspect' } as const
  draftConfig(place, (text) => withTables(text, tables)).write()
  if (variables.size === 0) return
  const file = environmentFile(config)
  const known = existsSync(file) ? readTextFile(file) : ''
  const lines = [...variables].map(([name, value]) => `${name}=${shellQuoted(value)}\n`)
  writeFileSync(file, `${known}${lines.join('')}`, { mode: 0o600 })
  chmodSync(file, 0o600)
}

function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}
