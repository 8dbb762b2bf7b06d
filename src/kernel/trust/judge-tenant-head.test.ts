import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedNote } from '../../../test/support/sample-log.ts'
import { checkpointText, TENANT, TrustHistory } from '../../../test/support/trust-history.ts'
import { encodeBase64 } from '../tlog/base64.ts'
import { leafHash } from '../tlog/hash.ts'
import { judgeTenantHead } from './judge-tenant-head.ts'
import { openKeyChange } from './key-change.ts'

const ROOT = encodeBase64(new Uint8Array(32).fill(1))
const TEXT = checkpointText({ size: 7, root: ROOT }, TENANT)

/** A tenant's head by the first key of a node, which is leaf 1 of the node's log. */
function tenant() {
  const history = new TrustHistory()
  const { key } = history.signer(history.keys[0]?.vkey ?? '')
  const node = history.append(TEXT)
  const sibling = encodeBase64(leafHash(Buffer.from('first')))
  const head = `c2sp.org/tlog-proof@v1\nindex 1\n${sibling}\n\n${node}`
  return { history, head, note: signedNote(TEXT, { name: TENANT, key }), key }
}

test('a tenant’s head is good by itself while its key has no last size', () => {
  const { history, note } = tenant()
  assert.equal(judgeTenantHead(history.draft(), note).checkpoint.origin, TENANT)
  history.rotate()
  assert.equal(judgeTenantHead(history.draft(), note).checkpoint.size, 7)
})

test('under a retired key it is good by the head of the node that holds it, for ever', () => {
  const { history, note, head } = tenant()
  history.rotate()
  history.retire()
  assert.throws(() => judgeTenantHead(history.draft(), note), { code: 'TRUST_PROOF_NEEDED' })
  const { node } = judgeTenantHead(history.draft(), note, { head })
  assert.equal(node?.checkpoint.size, 2)
  assert.equal(node?.key.state, 'retired')
})

test('a stolen retired key forges a tenant’s head: no head of the node holds it', () => {
  const { history, head, key } = tenant()
  history.rotate()
  history.retire()
  const forged = checkpointText({ size: 8, root: ROOT }, TENANT)
  const note = signedNote(forged, { name: TENANT, key })
  assert.throws(() => judgeTenantHead(history.draft(), note, { head }), { code: 'PROOF_INVALID' })
})

test('the head of a node itself is judged as such', () => {
  const { history } = tenant()
  const [first = ''] = history.heads
  assert.equal(judgeTenantHead(history.draft(), first).node?.checkpoint.size, 1)
})

test('a log of another node, and one that is no tenant’s, are not trusted', () => {
  const { history, key } = tenant()
  for (const name of ['other.example/l/0123456789abcdef', 'example.com/gate/x', 'example.com']) {
    const note = signedNote(checkpointText({ size: 7, root: ROOT }, name), { name, key })
    assert.throws(() => judgeTenantHead(history.draft(), note), { code: 'CHECKPOINT_UNTRUSTED' })
  }
})

test('text that is no change of keys is none', () => {
  const { history } = tenant()
  for (const note of ['', history.heads[0] ?? '', 'portcullis key change\n']) {
    assert.throws(() => openKeyChange(note), { code: 'KEY_CHANGE_INVALID' })
  }
})
