import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { chromium } from 'playwright-core'
import type * as policy from '../../src/policy.ts'
import { loadPolicies, OBLIGATIONS } from '../../src/policy.ts'
import { SEED_CASES } from '../policy-matrix/seed-cases.ts'
import { SEED_POLICIES, SEED_VOCABULARY } from '../policy-matrix/seed-policies.ts'
import { compiledPackage } from '../support/compiled-package.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const DIST = compiledPackage()
const FILES = [...SEED_POLICIES, SEED_VOCABULARY].map((text, at) => ({
  file: `${at}.policy`,
  text,
}))
const REQUESTS = SEED_CASES.map(({ operation, attributes, approved = [] }) => ({
  ...{ operation, attributes, approved, resource: { type: 'tool' as const, id: operation } },
}))

/** What a bundler does with the `browser` field of the package, as an import map. */
const { browser } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const IMPORTS = {
  'node:crypto': browser['node:crypto'].replace('./', '/'),
  '@noble/hashes/': '/node_modules/@noble/hashes/',
}
const PAGE = `<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`

/** The compiled package, served as files. */
async function serve(t: TestContext): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    if (url === '/') response.setHeader('content-type', 'text/html').end(PAGE)
    else if (!url.endsWith('.js')) response.writeHead(404).end()
    else {
      response.setHeader('content-type', 'text/javascript')
      response.end(readFileSync(fileAt(normalize(url))))
    }
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function fileAt(path: string): string {
  return path.startsWith('/dist/') ? join(DIST, path.slice('/dist/'.length)) : join(ROOT, path)
}

test('the engine alone runs in a browser, and decides there as it does here', async (t) => {
  const address = await serve(t)
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' })
  t.after(() => browser.close())
  const page = await browser.newPage()
  await page.goto(address)
  const work = JSON.stringify({ files: FILES, requests: REQUESTS })
  const found = await page.evaluate(decideThere, work)
  const { set } = loadPolicies(FILES, OBLIGATIONS)
  assert.equal(found.version, set?.version)
  const expected = REQUESTS.map((request) => JSON.stringify(set?.decide(request)))
  assert.deepEqual(found.decisions, expected)
})

interface Work {
  readonly files: typeof FILES
  readonly requests: typeof REQUESTS
}

/** Runs in the page: it sees nothing of this file. */
async function decideThere(work: string) {
  const { files, requests } = JSON.parse(work) as Work
  const path = '/dist/policy.js'
  const engine = (await import(path)) as typeof policy
  const { set } = engine.loadPolicies(files, engine.OBLIGATIONS)
  const decisions = requests.map((request) => JSON.stringify(set?.decide(request)))
  return { version: set?.version, decisions }
}
