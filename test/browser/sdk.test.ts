import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { chromium } from 'playwright-core'
import type * as sdk from '../../src/sdk.ts'
import { compiledPackage } from '../support/compiled-package.ts'
import { runRuntime } from '../support/running-runtime.ts'

const DIST = compiledPackage()
const POLICY = 'policy storage { allow: storage.write unless resource.exists }'

/** The built files, from an origin that is not the runtime's. */
async function serve(t: TestContext): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    if (!url.endsWith('.js')) return response.setHeader('content-type', 'text/html').end('<p>')
    response.setHeader('content-type', 'text/javascript')
    return response.end(readFileSync(join(DIST, url.slice(1))))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

test('the SDK stores an object from a page of an allowed origin, by a bound token', async (t) => {
  const origin = await serve(t)
  const env = { PORTCULLIS_LISTEN_MCP_ALLOWED_ORIGINS: origin }
  const running = await runRuntime({ policy: POLICY, agents: ['sales'], env })
  t.after(() => running.close())
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' })
  t.after(() => browser.close())
  const page = await browser.newPage()
  await page.goto(`${origin}/`)
  const dpopJkt = await page.evaluate(makeKey)
  const { token } = await running.runtime.operations.issueToken('sales', { dpopJkt })
  const url = running.runtime.address
  assert.equal(await page.evaluate(store, JSON.stringify({ url, token })), '{"total":7}')
  const written = running.receipts().find(({ action }) => action?.operation === 'storage.write')
  assert.equal(written?.actor.at(-1)?.via, 'dpop-jwt')
})

interface Keeping {
  key?: CryptoKeyPair
}
type CryptoKeyPair = NonNullable<sdk.ClientOptions['dpop']>

/** Runs in the page: it sees nothing of this file. RFC 7638 section 3. */
async function makeKey(): Promise<string> {
  const names = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.generateKey(names, false, ['sign', 'verify'])
  ;(globalThis as Keeping).key = key
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey)
  const text = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  const encoded = btoa(String.fromCharCode(...digest))
  return encoded.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')
}

/** Runs in the page. */
async function store(setting: string): Promise<string> {
  const path = '/sdk.js'
  const { AccessCandidate, ConnectorService } = (await import(path)) as typeof sdk
  const { key: dpop } = globalThis as Keeping
  ConnectorService.init({ ...JSON.parse(setting), ...(dpop && { dpop }) })
  const candidate = AccessCandidate.agent('sales')
  const storage = ConnectorService.getStorageConnector().user(candidate)
  await storage.write('results.json', { total: 7 })
  return (await storage.read('results.json')).text()
}
