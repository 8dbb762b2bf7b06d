import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE_SIGNER, signedNote } from '../../../test/support/sample-log.ts'
import { checkpointText, NODE, TENANT, TrustHistory } from '../../../test/support/trust-history.ts'
import { encodeBase64 } from '../tlog/base64.ts'
import { judgeHead } from './judge-head.ts'

const FORGED_ROOT = encodeBase64(new Uint8Array(32).fill(7))

/** A node whose first key was retired at size 4; three heads later. */
function rotated() {
  const history = new TrustHistory()
  history.append('second')
  history.append('third')
  history.rotate()
  history.retire()
  history.append('sixth')
  const [old, now] = [history.of('retired')[0], history.of('active')[0]]
  assert.ok(old?.final && now)
  return { history, old, now, final: old.final }
}

const refused = (code: string) => ({ code })

test('every head that was signed holds, by the key that is to be trusted most', () => {
  const { history, old, now } = rotated()
  const judged = history.heads.map((note) => judgeHead(history.draft(), note))
  const keys = judged.map(({ key }) => key.vkey)
  assert.deepEqual(keys, [old.vkey, old.vkey, old.vkey, now.vkey, now.vkey, now.vkey])
  assert.deepEqual(
    judged.map(({ checkpoint }) => checkpoint.size),
    [1, 2, 3, 4, 5, 6],
  )
})

test('a head of a retired key above its last size is refused', () => {
  const { history, old } = rotated()
  assert.throws(() => judgeHead(history.draft(), history.note([old.vkey])), refused('KEY_RETIRED'))
  const forged = history.note([old.vkey], { size: 5, root: FORGED_ROOT })
  assert.throws(() => judgeHead(history.draft(), forged), refused('KEY_RETIRED'))
})

test('at a size whose root is named, no other root counts, whoever signs', () => {
  const { history, old, now, final } = rotated()
  const forged = { ...final, root: FORGED_ROOT }
  for (const vkeys of [[old.vkey], [now.vkey], [old.vkey, now.vkey]]) {
    const note = history.note(vkeys, forged)
    assert.throws(() => judgeHead(history.draft(), note), refused('TRUST_HEAD_FORKED'))
  }
  assert.equal(judgeHead(history.draft(), history.note([old.vkey], final)).checkpoint.size, 4)
})

test('a new key does not sign the past', () => {
  const { history, now } = rotated()
  const note = history.note([now.vkey], { size: 2, root: FORGED_ROOT })
  assert.throws(() => judgeHead(history.draft(), note), refused('KEY_TOO_EARLY'))
})

test('the line of a retired key does not spoil that of the active one, nor the reverse', () => {
  const { history, old, now } = rotated()
  const both = history.note([old.vkey, now.vkey])
  assert.equal(judgeHead(history.draft(), both).key.vkey, now.vkey)
  const past = history.note([now.vkey, old.vkey], history.headAt(2))
  assert.equal(judgeHead(history.draft(), past).key.vkey, old.vkey)
})

test('a compromised key counts up to its bound, with a proof to it or with witnesses', () => {
  const { history, old } = rotated()
  history.compromise(old.vkey, history.headAt(3))
  const trust = history.draft()
  const [first = '', second = '', third = ''] = history.heads
  for (const note of [first, second]) {
    assert.throws(() => judgeHead(trust, note), refused('KEY_COMPROMISED'))
    assert.equal(judgeHead(trust, note, { witnessed: true }).key.vkey, old.vkey)
  }
  for (const [size, note] of [first, second].entries()) {
    const consistency = history.consistency(size + 1, 3)
    assert.equal(judgeHead(trust, note, { consistency }).checkpoint.size, size + 1)
  }
  const wrong = history.consistency(1, 4)
  assert.throws(() => judgeHead(trust, first, { consistency: wrong }), refused('KEY_COMPROMISED'))
  assert.equal(judgeHead(trust, third).checkpoint.size, 3)
})

test('a thief signs another past below the bound: no proof leads from there', () => {
  const { history, old } = rotated()
  history.compromise(old.vkey, history.headAt(3))
  const forged = history.note([old.vkey], { size: 2, root: FORGED_ROOT })
  for (const consistency of [undefined, [], history.consistency(2, 3)]) {
    const evidence = consistency === undefined ? {} : { consistency }
    assert.throws(() => judgeHead(history.draft(), forged, evidence), refused('KEY_COMPROMISED'))
  }
})

test('beyond the bound neither proofs nor witnesses help a compromised key', () => {
  const { history, old } = rotated()
  history.compromise(old.vkey, history.headAt(2))
  const note = history.note([old.vkey], history.headAt(3))
  const evidence = { witnessed: true, consistency: history.consistency(2, 3) }
  assert.throws(() => judgeHead(history.draft(), note, evidence), refused('KEY_COMPROMISED'))
})

test('a closed log has no further head', () => {
  const { history, now } = rotated()
  const final = history.headAt(6)
  const retired = { ...now, state: 'retired', final } as const
  const keys = history.keys.map((key) => (key.vkey === now.vkey ? retired : key))
  const trust = history.draft({ keys, logs: [{ origin: NODE, tenants: `${NODE}/l/`, final }] })
  assert.equal(judgeHead(trust, history.note([now.vkey], final)).checkpoint.size, 6)
  history.append('seventh')
  assert.throws(() => judgeHead(trust, history.note([now.vkey])), refused('TRUST_LOG_CLOSED'))
  const forged = history.note([now.vkey], { ...final, root: FORGED_ROOT })
  assert.throws(() => judgeHead(trust, forged), refused('TRUST_HEAD_FORKED'))
})

test('a head that no listed key signed is refused, whatever it says', () => {
  const { history } = rotated()
  const trust = history.draft()
  const text = checkpointText(history.headAt(1))
  const strangers = [
    signedNote(text),
    signedNote(text, { ...SAMPLE_SIGNER, name: NODE }),
    signedNote(checkpointText(history.headAt(1), TENANT), { ...SAMPLE_SIGNER, name: TENANT }),
  ]
  for (const note of strangers) {
    assert.throws(() => judgeHead(trust, note), refused('CHECKPOINT_UNTRUSTED'))
  }
  assert.throws(() => judgeHead(trust, 'no note'), refused('CHECKPOINT_INVALID'))
})
