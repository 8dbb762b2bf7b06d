import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize, sep } from 'node:path'
import { type TestContext, test } from 'node:test'
import { chromium } from 'playwright-core'
import type * as receipts from '../../src/receipt.ts'
import { VECTOR_CALLS, type VectorCall, verdictOf } from '../conformance/vector-calls.ts'
import { compiledPackage } from '../support/compiled-package.ts'
import { importGraph } from '../support/import-graph.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const DIST = compiledPackage()
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', html: 'text/html' }

/** The package, served as files and without an import map. */
async function serve(t: TestContext): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const file = fileAt(normalize(url.replace(/\?.*/, '')))
    const type = TYPES[file.split('.').at(-1) ?? '']
    if (url === '/') response.setHeader('content-type', 'text/html').end('<!doctype html>')
    else if (type === undefined || !existsSync(file)) response.writeHead(404).end()
    else response.setHeader('content-type', type).end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  // WebCrypto is there for `localhost`, as it is for every address with `https:`.
  return `http://localhost:${(server.address() as AddressInfo).port}/`
}

function fileAt(path: string): string {
  return path.startsWith('/dist/') ? join(DIST, path.slice('/dist/'.length)) : join(ROOT, path)
}

async function openPage(t: TestContext, path = '') {
  const address = await serve(t)
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' })
  t.after(() => browser.close())
  const page = await browser.newPage()
  await page.goto(address + path)
  return page
}

test('what verifies receipts imports nothing outside of the built package', () => {
  const { files, others } = importGraph(join(DIST, 'receipt.js'))
  assert.ok(files.length > 10)
  assert.deepEqual(others, [])
  for (const file of files) assert.ok(file.startsWith(DIST + sep), file)
})

test('every vector has the verdict and the code in a browser that it has here', async (t) => {
  const page = await openPage(t)
  const found = await page.evaluate(verifyThere, JSON.stringify(VECTOR_CALLS))
  const here = await Promise.all(VECTOR_CALLS.map(async (call) => (await verdictOf(call)).code))
  assert.deepEqual(found.codes, here)
  assert.ok(here.filter((code) => code === 'holds').length > 20)
})

/** Runs in the page: it sees nothing of this file. */
async function verifyThere(work: string) {
  const path = '/dist/receipt.js'
  const { verifyPortableReceipt, verifyWithKeys, verifyWithTrust } = (await import(
    path
  )) as typeof receipts
  const codes: string[] = []
  for (const { file, by, demands } of JSON.parse(work) as readonly VectorCall[]) {
    try {
      if ('vkey' in by) await verifyPortableReceipt(file, by.vkey)
      else if ('vkeys' in by) await verifyWithKeys(file, by.vkeys, demands)
      else await verifyWithTrust(file, by.trust, { roots: by.roots, ...demands })
      codes.push('holds')
    } catch (error) {
      codes.push((error as { code?: string }).code ?? String(error))
    }
  }
  return { codes }
}

test('a browser without ML-DSA makes do with Ed25519 where it may, and says so', async (t) => {
  const page = await openPage(t)
  await page.evaluate(() => {
    const importKey = crypto.subtle.importKey.bind(crypto.subtle)
    const replaced = (...args: readonly unknown[]) =>
      String(args[2]).startsWith('ML-DSA')
        ? Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'))
        : Reflect.apply(importKey, undefined, args)
    Object.assign(crypto.subtle, { importKey: replaced })
  })
  const hybrid = VECTOR_CALLS.find(({ name }) => name === 'hybrid.json both')
  assert.ok(hybrid)
  const calls = (['classical', 'either', 'both'] as const).map((policy) => ({
    ...hybrid,
    demands: { hybrid: policy },
  }))
  const { codes } = await page.evaluate(verifyThere, JSON.stringify(calls))
  assert.deepEqual(codes, ['holds', 'holds', 'ALGORITHM_UNSUPPORTED'])
})

test('the example page shows the verdict on a receipt that is dropped on it', async (t) => {
  const page = await openPage(t, 'examples/verify-in-browser/index.html')
  const vectors = join(ROOT, 'docs', 'spec', 'receipt-vectors')
  await page.fill('#vkey', readFileSync(join(vectors, 'ledger.vkey'), 'utf8').trim())
  const verdict = page.locator('#verdict')
  for (const [name, expected] of [
    ['decision.json', /holds/],
    ['bad-path.json', /PROOF_INVALID/],
  ] as const) {
    await page.setInputFiles('#file', join(vectors, name))
    await page.locator('#verdict', { hasText: expected }).waitFor()
    assert.match((await verdict.textContent()) ?? '', expected)
  }
})
