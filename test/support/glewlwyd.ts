import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { freePort } from './free-port.ts'

const PROGRAM = '/usr/bin/glewlwyd'
const TABLES = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'
const SETTINGS = '/etc/glewlwyd/glewlwyd.conf'
const CLIENT = { id: 'gate', secret: 'the secret of the gate' }
/** Where the browser is sent back to; nobody listens there, since the test is the browser. */
export const REDIRECT = 'http://127.0.0.1:9/back'

/** A provider by others, in C and in a process of its own, set up over its own API. */
export interface RunningProvider {
  readonly issuer: string
  readonly client: typeof CLIENT
  /** What a browser does: logs in there as a person, and follows to where it is sent back to. */
  browse(url: string, name: string): Promise<string>
  stop(): Promise<void>
}

/**
 * Starts Debian's Glewlwyd, with the people `ana` and `bob`.
 * @throws Error that says what to install where there is none.
 */
export async function startProvider(): Promise<RunningProvider> {
  if (!existsSync(PROGRAM)) {
    throw new Error('glewlwyd is missing: run `apt-get install glewlwyd`, or `npm test` as root')
  }
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-oidc-'))
  const base = `http://127.0.0.1:${await freePort()}`
  const server = spawn(PROGRAM, [`--config-file=${writeSetUp(folder, base)}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => void server.kill('SIGKILL')
  process.once('exit', kill)
  const said: string[] = []
  const ready = Promise.withResolvers<void>()
  for (const stream of [server.stdout, server.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line)
      if (line.includes('Glewlwyd started')) ready.resolve()
    })
  }
  server.once('exit', () => ready.reject(new Error(`no start:\n${said.join('\n')}`)))
  await ready.promise
  const admin = await logIn(base, 'admin', 'password')
  const issuer = `${base}/api/oidc`
  await send(admin, `${base}/api/mod/plugin/`, plugin(issuer))
  for (const name of ['ana', 'bob']) await send(admin, `${base}/api/user/`, person(name))
  await send(admin, `${base}/api/client/`, CLIENT_SET_UP)
  return {
    ...{ issuer, client: CLIENT },
    async browse(url, name) {
      const cookie = await logIn(base, name, `${name} of the house`)
      await send(cookie, `${base}/api/auth/grant/${CLIENT.id}`, { scope: 'openid' })
      const headers = { cookie }
      const sent = await fetch(`${url}&g_continue`, { headers, redirect: 'manual' })
      return sent.headers.get('location') ?? `no redirect: ${sent.status}`
    },
    async stop() {
      const ended = once(server, 'exit')
      process.off('exit', kill)
      server.kill('SIGINT')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function writeSetUp(folder: string, base: string): string {
  const database = join(folder, 'provider.db')
  const db = new DatabaseSync(database)
  db.exec(gunzipSync(readFileSync(TABLES)).toString('utf8'))
  db.close()
  const own = /^(?:@include|bind_address|port|external_url|log_mode|log_file)\b/
  const packaged = readFileSync(SETTINGS, 'utf8').split('\n')
  const lines = [
    ...packaged.filter((line) => !own.test(line)),
    ...['bind_address="127.0.0.1"', `port=${new URL(base).port}`, `external_url="${base}/"`],
    ...['log_mode="console"', `database = { type = "sqlite3"; path = "${database}"; };`],
  ]
  const file = join(folder, 'provider.conf')
  writeFileSync(file, lines.join('\n'))
  return file
}

/** The cookie of a session there. */
async function logIn(base: string, username: string, password: string): Promise<string> {
  const { headers } = await send('', `${base}/api/auth/`, { username, password })
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function send(cookie: string, url: string, body: object) {
  // Consent is the only thing there that is put in its place.
  const method = url.includes('/grant/') ? 'PUT' : 'POST'
  const headers = { cookie, 'content-type': 'application/json' }
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`)
  return answer
}

const CLIENT_SET_UP = {
  ...{ client_id: CLIENT.id, name: 'gate', confidential: true, enabled: true, scope: [] },
  ...{ client_secret: CLIENT.secret, password: CLIENT.secret, redirect_uri: [REDIRECT] },
  ...{ authorization_type: ['code'], token_endpoint_auth_method: ['client_secret_post'] },
}

function person(name: string): object {
  const password = `${name} of the house`
  return { username: name, name, password, enabled: true, scope: ['openid', 'g_profile'] }
}

function plugin(issuer: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const claim = (name: string, property: string) => ({
    ...{ name, 'user-property': property, type: 'string', mandatory: true, 'on-demand': false },
  })
  const flows = ['token', 'none', 'password', 'client', 'device', 'refresh'].map((flow) => [
    ...[`auth-type-${flow}-enabled`, false],
  ])
  const documents = ['service-documentation', 'op-policy-uri', 'op-tos-uri']
  const parameters = {
    ...{ iss: issuer, 'jwt-type': 'rsa', 'jwt-key-size': '256', key: privateKey, cert: publicKey },
    ...{ 'access-token-duration': 3600, 'refresh-token-duration': 3600, 'code-duration': 600 },
    ...{ 'refresh-token-rolling': true, 'allow-non-oidc': false, 'auth-type-code-enabled': true },
    ...{ 'auth-type-id-token-enabled': true, 'pkce-allowed': true, 'pkce-required': true },
    ...{ 'pkce-method-plain-allowed': false, 'subject-type': 'public' },
    ...Object.fromEntries(flows),
    ...Object.fromEntries(documents.map((name) => [name, issuer])),
    claims: [claim('preferred_username', 'username'), claim('groups', 'scope')],
    ...{ 'name-claim': 'no', 'email-claim': 'no', 'scope-claim': 'no' },
  }
  return { module: 'oidc', name: 'oidc', display_name: 'OIDC', parameters }
}
