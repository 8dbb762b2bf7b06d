import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { judgeTenantHead } from '../../src/kernel/trust/judge-tenant-head.ts'
import { parseTrustFile } from '../../src/kernel/trust/trust-file.ts'
import { verifyTrustChain } from '../../src/kernel/trust/verify-chain.ts'
import { scratch } from '../support/scratch.ts'

const VECTORS = new URL('../../docs/spec/trust-vectors/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'))

type Verdict =
  | { readonly holds: true; readonly version?: number; readonly key?: string }
  | { readonly holds: false; readonly code: string }

interface Chain {
  readonly name: string
  readonly files: readonly string[]
  readonly roots?: readonly string[]
}

interface Head {
  readonly name: string
  /** Which of the documents. */
  readonly trust: string
  readonly note: string
  readonly head?: string
  readonly consistency?: readonly string[]
  readonly witnessed?: boolean
}

const chains: readonly (Chain & Verdict)[] = read('chains.json')
const { documents, heads } = read('heads.json') as {
  readonly documents: Readonly<Record<string, string>>
  readonly heads: readonly (Head & Verdict)[]
}

for (const chain of chains) {
  test(`a history ${chain.holds ? 'holds' : 'is refused'}: ${chain.name}`, () => {
    const judge = () => verifyTrustChain(chain.files, { roots: chain.roots })
    if (chain.holds) assert.equal(judge().version, chain.version)
    else assert.throws(judge, { code: chain.code })
  })
}

for (const { name, trust, note, consistency, ...vector } of heads) {
  test(`a head ${vector.holds ? 'holds' : 'is refused'}: ${name}`, () => {
    const { document } = parseTrustFile(documents[trust] ?? '')
    const proof = consistency?.map((hash) => Buffer.from(hash, 'base64'))
    const { head, witnessed = false } = vector
    const judge = () =>
      judgeTenantHead(document, note, { head, witnessed, ...(proof && { consistency: proof }) })
    if (vector.holds) assert.equal(judge().node?.key.vkey, vector.key)
    else assert.throws(judge, { code: vector.code })
  })
}

test('openssl verifies the signatures of roots over the text of a document', async (t) => {
  const folder = await scratch(t)
  const put = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const { text, signatures, document } = parseTrustFile(chains[0]?.files[0] ?? '')
  const verify = (file: string, at: number) => {
    const { root, signature = '' } = signatures[at] ?? {}
    const spki = document.roots.keys.find(({ id }) => id === root)?.spki ?? ''
    const key = put('root.der', Buffer.from(spki, 'base64'))
    const sig = put('signature', Buffer.from(signature, 'base64'))
    const given = ['-inkey', key, '-in', file, '-sigfile', sig]
    const args = ['pkeyutl', '-verify', '-rawin', '-pubin', '-keyform', 'DER', ...given]
    return execFileSync('openssl', args, { stdio: 'pipe' }).toString()
  }
  for (const at of signatures.keys()) {
    assert.match(verify(put('document', text), at), /Verified Successfully/)
  }
  assert.throws(() => verify(put('document', `${text}\n`), 0))
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-r', join(folder, 'root.der')])
  assert.ok(digest.toString().startsWith(signatures[0]?.root ?? '?'))
})
