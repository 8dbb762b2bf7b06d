import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Client } from 'pg'

const VERSIONS = '/usr/lib/postgresql'
const USER = 'portcullis'

/** A PostgreSQL server of its own, in a scratch directory and reached by a socket there. */
export interface PostgresServer {
  /** A connection that is open; the caller ends it. */
  connect(): Promise<Client>
  /** Ends the server and removes its directory. */
  stop(): Promise<void>
}

/**
 * Starts a server. It refuses to run as root, so under root it runs as `postgres` or `nobody`.
 * @throws Error that says what to install where there is none.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = binaries()
  const owner = unprivileged()
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-pg-'))
  const data = join(directory, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (owner !== undefined)
    for (const path of [directory, data]) chownSync(path, owner.uid, owner.gid)
  const as = { ...owner, cwd: directory, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } }
  const setUp = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-sync']
  execFileSync(join(bin, 'initdb'), setUp, { ...as, stdio: ['ignore', 'ignore', 'pipe'] })
  const settings = ['listen_addresses=', 'fsync=off', 'max_connections=10', 'lc_messages=C']
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-k', directory, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  // A test that breaks off before it stops the server must not leave it behind.
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  const said: string[] = []
  let ready = false
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line)
    ready = line.includes('database system is ready to accept connections')
    if (ready) break
  }
  if (!ready) throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`)
  server.stderr.resume()
  return {
    async connect() {
      const client = new Client({ host: directory, user: USER, database: 'postgres' })
      await client.connect()
      return client
    },
    async stop() {
      const ended = once(server, 'exit')
      process.off('exit', kill)
      server.kill('SIGINT')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function binaries(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : []
  const newest = versions
    .map(Number)
    .filter(Number.isInteger)
    .toSorted((a, b) => b - a)
  const found = newest.map((version) => join(VERSIONS, String(version), 'bin'))
  const bin = found.find((path) => existsSync(join(path, 'initdb')))
  if (bin !== undefined) return bin
  throw new Error('PostgreSQL is missing: run `apt-get install postgresql`, or `npm test` as root')
}

function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string, user: string) => Number(execFileSync('id', [flag, user]).toString())
  const user = existsSync('/var/lib/postgresql') ? 'postgres' : 'nobody'
  return { uid: id('-u', user), gid: id('-g', user) }
}
