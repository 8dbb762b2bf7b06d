import { createHash, generateKeyPairSync, hash, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { Authority } from '../../src/sources/svids/authority.ts'
import { makeRoot } from '../../src/sources/svids/certificates.ts'
import { svidIdentities } from '../../src/sources/svids/svid-identities.ts'
import { CaKeys } from '../../src/stores/keys-file/ca-keys.ts'
import { figures, measure, type Result } from '../report.ts'

const SVIDS = 300
const VERIFICATIONS = 20_000
const REQUESTS = 2_000
const HANDSHAKES = 200
const TRUST_DOMAIN = 'bench.example'
const HOUR_MS = 3_600_000

/**
 * SVIDs issued, with their keys; what it costs to know an agent by one, at the first request and at
 * each further one; and a request over mutual TLS beside one over TLS that asks for no certificate.
 */
export async function certificateFigures(): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
  try {
    const make = (key: Parameters<typeof makeRoot>[1]['key'], now: number) =>
      makeRoot(TRUST_DOMAIN, { key, now })
    const keys = await CaKeys.open(folder, { make, now: Date.now() })
    const authority = new Authority(TRUST_DOMAIN, keys)
    return [
      ...(await issued(authority)),
      ...(await verified(authority)),
      ...(await requested(authority)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function svid(authority: Authority) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = { trustDomain: TRUST_DOMAIN, tenant: DEFAULT_TENANT, kind: 'agent', id: 'a' } as const
  const digest = `sha256:${createHash('sha256').update('code').digest('hex')}`
  const asked = { id, publicKey, now: Date.now(), ttlMs: HOUR_MS, digest, hosts: ['localhost'] }
  const { cert } = await authority.issue(asked)
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

async function issued(authority: Authority): Promise<readonly Result[]> {
  await measure(1, SVIDS / 10, () => svid(authority))
  return figures('svid/issued', await measure(1, SVIDS, () => svid(authority)))
}

async function verified(authority: Authority): Promise<readonly Result[]> {
  const source = svidIdentities({
    authorities: (now) => authority.at(now),
    declared: ({ id }) => ({ principal: { kind: 'agent', id, roles: [] } }),
  })
  const presented = async () => {
    const { raw } = new X509Certificate((await svid(authority)).cert)
    const certificate = { der: raw, thumbprint: hash('sha256', raw, 'base64url') }
    return { kind: 'certificate', certificate } as const
  }
  const fresh = await Promise.all(Array.from({ length: SVIDS }, presented))
  const first = await measure(1, SVIDS, async () => {
    const credential = fresh.pop()
    if (credential !== undefined) await source.verify(credential, Date.now())
  })
  const known = await presented()
  const again = await measure(1, VERIFICATIONS, () => source.verify(known, Date.now()))
  return [...figures('svid/first', first), ...figures('svid/again', again)]
}

/** A round trip over a kept connection and over a new one, without and with a certificate. */
async function requested(authority: Authority): Promise<readonly Result[]> {
  const [server, client] = [await svid(authority), await svid(authority)]
  const ca = [...authority.at(Date.now()).roots]
  const results: Result[] = []
  for (const [kind, count, keepAlive] of [
    ['kept', REQUESTS, true],
    ['new', HANDSHAKES, false],
  ] as const) {
    const plain = await trip({ server, ca, keepAlive, count })
    const mutual = await trip({ server, ca, keepAlive, count, client })
    const name = `tls/${kind}`
    results.push(...figures(name, plain))
    results.push(...figures(`mtls/${kind}`, mutual, { name, sample: plain }))
  }
  return results
}

interface Trip {
  readonly server: { readonly cert: string; readonly key: string }
  readonly client?: { readonly cert: string; readonly key: string }
  readonly ca: string[]
  readonly keepAlive: boolean
  readonly count: number
}

async function trip({ server: shown, client, ca, keepAlive, count }: Trip) {
  const asking = client && { requestCert: true, rejectUnauthorized: true, ca }
  const server = createServer({ ...shown, minVersion: 'TLSv1.3', ...asking }, (_asked, answer) =>
    answer.end('ok'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive, ca, ...client, maxCachedSessions: 0 })
  const once = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request({ host: 'localhost', port, agent }, (answer) => {
        answer.resume()
        answer.once('end', resolve)
      })
      asked.once('error', reject)
      asked.end()
    })
  try {
    await measure(1, count / 10, once)
    return await measure(1, count, once)
  } finally {
    agent.destroy()
    server.closeAllConnections()
    server.close()
  }
}
