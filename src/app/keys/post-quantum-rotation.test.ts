import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { begin, type Desk, OVERLAP_MS, openDesk } from '../../../test/support/key-desk.ts'
import { atOnce } from '../../kernel/checks/answer-now.ts'
import { provedHeadCheck } from '../../kernel/receipt/proved-head.ts'
import { cosignedMessage, formatCosignature } from '../../kernel/tlog/cosignature.ts'
import { parseNote } from '../../kernel/tlog/note.ts'
import { verifyTrustChain } from '../../kernel/trust/verify-chain.ts'
import type { LedgerKeyring } from '../../stores/keys-file/ledger-keyring.ts'
import { openTrustFiles } from '../../stores/keys-file/trust-files.ts'

const provedHead = atOnce(provedHeadCheck)
const HYBRID = { postQuantum: true }

async function trusted({ folder }: Desk) {
  return verifyTrustChain((await openTrustFiles(join(folder, 'keys'))).history)
}

/** The last head as it is published: with the lines of the ML-DSA-44 keys that sign now. */
function signed({ heads }: Desk, by: LedgerKeyring['postQuantum']): string {
  const head = heads.at(-1) ?? ''
  const lines = by.map(({ key, privateKey }) => {
    const message = cosignedMessage(key, parseNote(head).text, 1_790_000_000)
    return formatCosignature(key, 1_790_000_000, sign(null, message, privateKey))
  })
  return head + lines.join('')
}

const states = ({ desk }: Desk) => desk.keys.map(({ alg, state }) => `${alg} ${state}`)

test('both keys of the ledger are rotated and retired together, and listed as such', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk, HYBRID)
  assert.deepEqual(states(at), ['Ed25519 active', 'ML-DSA-44 active'])
  await begin(at.desk, HYBRID)
  assert.equal(at.desk.keys.length, 2, 'it is made once')
  await at.append('before')
  await at.desk.rotate()
  assert.deepEqual(states(at), [
    ...['Ed25519 retiring', 'ML-DSA-44 retiring'],
    ...['Ed25519 active', 'ML-DSA-44 active'],
  ])
  assert.equal(at.keyring.postQuantum.length, 2)
  await at.append('between')
  at.time.advance(OVERLAP_MS)
  await at.desk.retire()
  assert.deepEqual(states(at), [
    ...['Ed25519 retired', 'ML-DSA-44 retired'],
    ...['Ed25519 active', 'ML-DSA-44 active'],
  ])
  const [ed25519, mlDsa, , next] = at.desk.keys
  assert.deepEqual(mlDsa?.final, ed25519?.final)
  assert.deepEqual((await trusted(at)).keys, at.desk.keys)
  const keys = join(at.folder, 'keys')
  assert.deepEqual(await readdir(join(keys, 'ledger')), ['3.pem', '4.pem', 'states.json'])
  assert.equal(await readFile(join(keys, 'ledger-ml-dsa.vkey'), 'utf8'), `${next?.vkey}\n`)
})

test('what a retired ML-DSA-44 key signed verifies for ever, up to its end', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk, HYBRID)
  await at.append('before')
  const stolen = at.keyring.postQuantum
  const old = signed(at, stolen)
  await at.desk.rotate()
  await at.append('between')
  const both = signed(at, at.keyring.postQuantum)
  at.time.advance(OVERLAP_MS)
  await at.desk.retire()
  await at.append('after')
  const made = signed(at, at.keyring.postQuantum)
  const document = await trusted(at)
  for (const note of [old, both, made]) {
    const { signedBy } = provedHead({ note }, { document }, { hybrid: 'both' })
    assert.deepEqual(signedBy, ['classical', 'post-quantum'])
  }
  const forged = signed(at, stolen)
  assert.throws(() => provedHead({ note: forged }, { document }, { hybrid: 'both' }), {
    code: 'CHECKPOINT_NOT_HYBRID',
  })
})

test('the retiring ML-DSA-44 key stops before the ledger stops with the other', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk, HYBRID)
  await at.desk.rotate()
  const signing: number[] = []
  const { useSigners } = at.ledger
  at.ledger.useSigners = (signers) => {
    signing.push(at.keyring.postQuantum.length)
    return useSigners(signers)
  }
  at.time.advance(OVERLAP_MS)
  await at.desk.retire()
  assert.deepEqual(signing, [1])
})

test('an ML-DSA-44 key that was stolen counts up to the head that is named', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk, HYBRID)
  await at.append('before')
  const old = signed(at, at.keyring.postQuantum)
  const known = at.heads.at(-1)
  await at.desk.rotate({ emergency: true })
  await at.desk.compromised(at.desk.keys[1]?.vkey ?? '', { bound: known })
  assert.equal(at.desk.keys[1]?.state, 'compromised')
  const { signedBy } = provedHead(
    { note: old },
    { document: await trusted(at) },
    { hybrid: 'both' },
  )
  assert.equal(signedBy.length, 2)
})

test('keys are read again as they were; without its private half nothing starts', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk, HYBRID)
  await at.desk.rotate()
  const vkeys = at.keyring.postQuantum.map(({ vkey }) => vkey)
  await at.close()
  const again = await openDesk(t, { folder: at.folder, time: at.time })
  assert.deepEqual(
    again.keyring.postQuantum.map(({ vkey }) => vkey),
    vkeys,
  )
  await again.close()
  await rm(join(at.folder, 'keys', 'ledger', '4.pem'))
  await assert.rejects(openDesk(t, { folder: at.folder, time: at.time }), {
    code: 'KEYS_INCOMPLETE',
  })
})
