import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  type Minted,
  type MintOptions,
  mint,
  mintRoot,
  readMinted,
} from '../support/certificates.ts'
import { INITIALIZE } from '../support/running-door.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const HOUR = 3_600_000
const OWN_TLS = '[listen.mcp.tls]\ncert = "own"\nclient_ca = "own"\n'
const POLICY = 'policy desk {\n  allow: desk.echo if principal.roles.contains("sales")\n}\n'

let running: RunningRuntime
let root: Minted
let sales: string
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales'], more: OWN_TLS })
  const ca = join(running.folder, '.portcullis', 'keys', 'ca')
  const { roots } = JSON.parse(readFileSync(join(ca, 'states.json'), 'utf8'))
  // Worse than any attacker: whoever signs here has the key of the authority.
  root = await readMinted(roots[0].cert, readFileSync(join(ca, '1.pem'), 'utf8'))
  const { trustDomain } = await running.runtime.operations.ca()
  sales = `spiffe://${trustDomain}/t/default/agent/sales`
})
after(() => running.close())

/** What the runtime answers, nothing where it breaks off; and the refusals that it recorded. */
async function present({ cert, key }: Pick<Minted, 'cert' | 'key'>, maxVersion?: 'TLSv1.2') {
  const { port } = new URL(running.runtime.address)
  const before = running.receipts().length
  // A connection ends before its receipt is durable.
  const receipted = Promise.withResolvers<void>()
  const stop = running.runtime.operations.watch(() => receipted.resolve())
  const asked = request({
    ...{ host: 'localhost', port, method: 'POST', path: '/mcp', agent: false, cert, key },
    ...{ ca: root.cert, ...(maxVersion && { maxVersion }) },
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  })
  asked.end(JSON.stringify(INITIALIZE))
  const status = await once(asked, 'response').then(
    ([answer]: IncomingMessage[]) => {
      answer?.resume()
      return answer?.statusCode
    },
    () => undefined,
  )
  const refused = async () => {
    await receipted.promise
    stop()
    const since = running.receipts().slice(before)
    return since.filter(({ kind }) => kind === 'refusal').map(({ code }) => code)
  }
  return { status, refused }
}

const url = (value: string) => ({ type: 'url', value }) as const

const FORGED: readonly [title: string, code: string, make: () => MintOptions, by?: () => Minted][] =
  [
    ['that signed itself', 'CLIENT_CERTIFICATE_INVALID', () => ({ names: [url(sales)] })],
    [
      'that has expired',
      'CLIENT_CERTIFICATE_EXPIRED',
      () => ({ names: [url(sales)], life: [-2 * HOUR, -HOUR] }),
      () => root,
    ],
    [
      'that is not valid yet',
      'CLIENT_CERTIFICATE_EXPIRED',
      () => ({ names: [url(sales)], life: [HOUR, 2 * HOUR] }),
      () => root,
    ],
    ['without a name', 'SVID_INVALID', () => ({}), () => root],
    [
      'with the name in DNS',
      'SVID_INVALID',
      () => ({ names: [{ type: 'dns', value: 'sales' }] }),
      () => root,
    ],
    [
      'with two names',
      'SVID_INVALID',
      () => ({ names: [url(sales), url(sales.replace('sales', 'other'))] }),
      () => root,
    ],
    [
      'of a foreign trust domain',
      'SVID_FOREIGN',
      () => ({ names: [url('spiffe://evil.example/t/default/agent/sales')] }),
      () => root,
    ],
    [
      'of an agent that nobody declared',
      'IDENTITY_UNKNOWN',
      () => ({ names: [url(sales.replace('agent/sales', 'agent/nobody'))] }),
      () => root,
    ],
    [
      'of an agent of another tenant',
      'IDENTITY_UNKNOWN',
      () => ({ names: [url(sales.replace('t/default', 't/other'))] }),
      () => root,
    ],
  ]

for (const [title, code, make, by] of FORGED) {
  test(`an SVID ${title} is refused by the runtime, and receipted as ${code}`, async () => {
    const { status, refused } = await present(await mint(make(), by?.()))
    assert.ok(status === undefined || status === 401, `it answered ${status}`)
    assert.deepEqual(await refused(), [code])
  })
}

test('an SVID of an authority that is called as ours is refused', async () => {
  const impostor = await mintRoot({ subject: root.x509.subject })
  const { status, refused } = await present(await mint({ names: [url(sales)] }, impostor))
  assert.equal(status, undefined)
  assert.deepEqual(await refused(), ['CLIENT_CERTIFICATE_INVALID'])
})

test('a good SVID over TLS 1.2 is refused', async () => {
  const { status, refused } = await present(await mint({ names: [url(sales)] }, root), 'TLSv1.2')
  assert.equal(status, undefined)
  assert.deepEqual(await refused(), ['TLS_VERSION_REFUSED'])
})

test('an SVID that was taken back is refused, though it is good', async () => {
  const serial = '4adeadbeef'
  const svid = await mint({ names: [url(sales)], serial }, root)
  assert.equal((await present(svid)).status, 200)
  await running.runtime.operations.endSession(serial, { token: true })
  const { status, refused } = await present(svid)
  assert.equal(status, 401)
  assert.deepEqual(await refused(), ['IDENTITY_REVOKED'])
})

test('after an emergency rotation no SVID of the old root is accepted', async () => {
  const svid = await mint({ names: [url(sales)] }, root)
  assert.equal((await present(svid)).status, 200)
  await running.runtime.operations.rotateCa({ emergency: true })
  const { roots } = await running.runtime.operations.ca()
  root = { ...root, cert: roots[0]?.certificate ?? '' }
  const { status, refused } = await present(svid)
  assert.equal(status, undefined)
  assert.deepEqual(await refused(), ['CLIENT_CERTIFICATE_INVALID'])
})
