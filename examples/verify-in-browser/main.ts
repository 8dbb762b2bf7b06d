/**
 * Serves the page beside this file, which verifies a receipt that is dropped on it:
 *
 *   npm run build && node examples/verify-in-browser/main.ts --serve
 *
 * Alone it asserts what the page does: it verifies a receipt, and refuses an altered one, with the
 * functions that the page imports.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, normalize } from 'node:path'
import { verifyPortableReceipt } from '../../src/receipt.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const VECTORS = join(ROOT, 'docs', 'spec', 'receipt-vectors')
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' }

const vkey = readFileSync(join(VECTORS, 'ledger.vkey'), 'utf8').trim()
const file = readFileSync(join(VECTORS, 'decision.json'), 'utf8')

const { receipt, checkpoint } = await verifyPortableReceipt(file, vkey)
assert.equal(receipt.log, checkpoint.origin)
await assert.rejects(verifyPortableReceipt(file.replace('sales', 'rales'), vkey), {
  code: 'PROOF_INVALID',
})

if (process.argv.includes('--serve')) {
  const server = createServer(({ url = '/' }, response) => {
    const type = Object.entries(TYPES).find(([end]) => url.endsWith(end))?.[1]
    if (type === undefined) return void response.writeHead(404).end()
    response.setHeader('content-type', type)
    response.end(readFileSync(join(ROOT, normalize(url))))
  })
  server.listen(8080, '127.0.0.1', () => {
    console.log('http://localhost:8080/examples/verify-in-browser/index.html')
  })
}
