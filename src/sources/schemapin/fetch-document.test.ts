import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { buildConnector } from 'undici'
import { mint, mintRoot } from '../../../test/support/certificates.ts'
import { DOCUMENT_LIMIT_BYTES, documentFetcher } from './fetch-document.ts'
import { wellKnown } from './well-known.ts'

const ROOT = await mintRoot()
const LEAF = await mint({ names: [{ type: 'dns', value: 'tools.example.com' }] }, ROOT)
const WELL_KNOWN = 'https://tools.example.com/.well-known/schemapin.json'

/** A signer's server on this machine, under the name of the certificate. */
async function signer(t: TestContext, listener: RequestListener) {
  const server = createServer({ cert: LEAF.cert, key: LEAF.key }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const tls = buildConnector({ ca: ROOT.cert })
  const fetcher = documentFetcher({
    allowPrivate: true,
    connect: (options, callback) => {
      const there = { hostname: '127.0.0.1', port: String(port), servername: options.hostname }
      tls({ ...options, ...there }, callback)
    },
  })
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await fetcher.close()
  })
  return fetcher
}

test('a document is fetched from where the specification says', async (t) => {
  const asked: string[] = []
  const fetcher = await signer(t, ({ url = '', headers }, response) => {
    asked.push(`${headers.host}${url}`)
    response.end('{"schema_version":"1.4"}')
  })
  const found = await wellKnown(fetcher).discovery('tools.example.com')
  assert.deepEqual(found, { document: { schema_version: '1.4' }, level: 'first_use' })
  assert.deepEqual(asked, ['tools.example.com/.well-known/schemapin.json'])
})

type Answer = readonly [status: number, body: string, headers?: Record<string, string>]
const FAILED: Readonly<Record<string, readonly [code: string, answer: Answer]>> = {
  'a redirect, although it stays on the host': [
    ...(['discovery_fetch_failed', [302, '', { location: '/elsewhere' }]] as const),
  ],
  'a failure of the server': ['discovery_fetch_failed', [500, '{}']],
  'a body without end': ['discovery_fetch_failed', [200, ' '.repeat(DOCUMENT_LIMIT_BYTES + 1)]],
  'a page': ['discovery_invalid', [200, '<html>']],
  'a member twice': ['discovery_invalid', [200, '{"a":1,"a":2}']],
}

for (const [name, [code, [status, body, headers]]] of Object.entries(FAILED)) {
  test(`no document is taken from ${name}`, async (t) => {
    const paths: string[] = []
    const fetcher = await signer(t, ({ url = '' }, response) => {
      paths.push(url)
      response.writeHead(status, headers).end(body)
    })
    await assert.rejects(fetcher.fetch(WELL_KNOWN, 'discovery'), { code, step: 'discovery' })
    assert.deepEqual(paths, ['/.well-known/schemapin.json'])
  })
}

test('what is not there is no fault, but a revocation list that was announced is', async (t) => {
  const fetcher = await signer(t, (_request, response) => response.writeHead(404).end())
  const source = wellKnown(fetcher)
  assert.equal(await source.discovery('tools.example.com'), undefined)
  assert.deepEqual(await source.revocations('tools.example.com', undefined), [])
  assert.deepEqual(await source.revocations('tools.example.com', WELL_KNOWN), [null])
})

const UNSAFE = [
  ...[
    'http://tools.example.com/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://localhost/x',
  ],
  ...['https://tools.example.com:8443/x', 'https://a:b@tools.example.com/x', 'file:///etc/passwd'],
  ...['https://169.254.169.254/latest', 'nonsense'],
]

for (const address of UNSAFE) {
  test(`nothing is asked at ${address}`, async () => {
    const connect = () => assert.fail('a connection was opened')
    const fetcher = documentFetcher({ allowPrivate: true, connect })
    await assert.rejects(fetcher.fetch(address, 'revocation'), { code: 'discovery_fetch_failed' })
  })
}

test('a name that points at this machine is not asked', async (t) => {
  const fetcher = documentFetcher({ allowPrivate: false })
  t.after(() => fetcher.close())
  // RFC 6761: resolvers answer with loopback, or with nothing.
  await assert.rejects(fetcher.fetch('https://tools.localhost/x', 'discovery'), {
    code: 'discovery_fetch_failed',
  })
})
