import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { writeSampleLedger } from '../../test/support/sample-ledger.ts'
import { logOf, SAMPLE_ORIGIN, SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import {
  SAMPLE_POLICY,
  SAMPLE_POST_QUANTUM,
  SAMPLE_TENANT,
  SAMPLE_WITNESSES,
  sampleNode,
} from '../../test/support/sample-node.ts'
import { refusalDraft } from '../../test/support/sample-receipts.ts'
import { tileFiles, writeTiles } from '../../test/support/sample-tiles.ts'
import { scratchForFile } from '../../test/support/scratch.ts'
import { sampleRoot, signedTrust, TrustHistory } from '../../test/support/trust-history.ts'
import { newKey } from '../kernel/trust/key-record.ts'

const home = scratchForFile()
const DRAFTS = ['a', 'b', 'c'].map((id) => refusalDraft(id))
const NODE = sampleNode(DRAFTS, { cosigners: [SAMPLE_POST_QUANTUM, ...SAMPLE_WITNESSES] })
const PLAIN = sampleNode(DRAFTS)

function file(name: string, content: string): string {
  writeFileSync(join(home, name), content)
  return join(home, name)
}

const KEY = file('ledger.vkey', `${SAMPLE_VKEY}\n`)
const KEYS = file('both.vkeys', `${SAMPLE_VKEY}\n${SAMPLE_POST_QUANTUM.vkey}\n`)
const POLICY = file('witnesses.policy', SAMPLE_POLICY)
const RECEIPT = file('receipt.json', NODE.portable(1))
const BARE = file('bare.json', PLAIN.tenant.portable(1))
const ALONE = file('alone.json', PLAIN.portable(1))
const ALTERED = file('altered.json', NODE.portable(1).replace('mcp', 'mcq'))

const root = sampleRoot('root')
const DOCUMENT = {
  ...new TrustHistory().draft(),
  version: 1,
  expires: '2999-01-01T00:00:00.000Z',
  logs: [{ origin: SAMPLE_ORIGIN, tenants: `${SAMPLE_ORIGIN}/l/` }],
  keys: [newKey(SAMPLE_VKEY, { notBefore: '2026-01-01T00:00:00.000Z', firstSize: 0 })],
}
const { previous: _, ...FIRST } = DOCUMENT
const TRUST = file('trust.json', signedTrust(FIRST, [root]))
const ROOT = file(
  'root.pub',
  `-----BEGIN PUBLIC KEY-----\n${root.root.spki}\n-----END PUBLIC KEY-----\n`,
)
const STRANGER = file(
  'stranger.pub',
  `-----BEGIN PUBLIC KEY-----\n${sampleRoot('stranger').root.spki}\n-----END PUBLIC KEY-----\n`,
)

async function verify(...args: string[]) {
  const { exit, stdout, stderr } = await runPortcullis(['verify', ...args])
  return { exit, out: stdout, err: stderr }
}

async function json(...args: string[]) {
  const { exit, out } = await verify(...args, '--json')
  return { exit, ...JSON.parse(out) }
}

/** Command lines, their exit codes and the code of what is wrong. */
const LINES: readonly (readonly [line: readonly string[], exit: number, code?: string])[] = [
  [[RECEIPT, '--key', KEY], 0],
  [[RECEIPT, '--key', KEYS, '--pq', 'both', '--witnesses', POLICY], 0],
  [[RECEIPT, '--trust', TRUST, '--root', ROOT], 0],
  [[BARE, '--key', KEY], 0],
  [[BARE, '--key', KEYS, '--pq', 'both'], 1, 'TRUST_PROOF_NEEDED'],
  [[BARE, '--key', KEY, '--witnesses', POLICY], 1, 'TRUST_PROOF_NEEDED'],
  [[ALONE, '--key', KEYS, '--pq', 'both'], 1, 'CHECKPOINT_NOT_HYBRID'],
  [[ALONE, '--key', KEY, '--witnesses', POLICY], 1, 'QUORUM_UNMET'],
  [[ALTERED, '--key', KEY], 1, 'PROOF_INVALID'],
  [[RECEIPT, '--key', KEY, '--pq', 'both'], 2, 'VKEY_INVALID'],
  [[RECEIPT, '--trust', TRUST, '--root', STRANGER], 2, 'TRUST_UNTRUSTED'],
  [[RECEIPT], 2, 'VERIFY_OPTIONS'],
  [['nowhere.json', '--key', KEY], 2, 'FILE_UNREADABLE'],
]

for (const [line, exit, code] of LINES) {
  const shown = line.map((word) => word.replace(`${home}/`, '')).join(' ')
  test(`\`verify ${shown}\` ends with ${exit}${code ? ` and ${code}` : ''}`, async () => {
    const found = await json(...line)
    assert.equal(found.exit, exit, JSON.stringify(found))
    assert.equal(found.problems?.[0]?.code ?? found.error?.code, code)
  })
}

test('what was verified is said in words and as data', async () => {
  const { out } = await verify(RECEIPT, '--key', KEY)
  assert.match(out, /^receipt b: holds\n {2}leaf 1 of 3 in the log /)
  const line = [RECEIPT, '--key', KEYS, '--pq', 'both', '--witnesses', POLICY]
  const { ok, receipts } = await json(...line)
  const [{ log, size, node, signedBy, witnesses }] = receipts
  assert.deepEqual([ok, log, size], [true, SAMPLE_TENANT, 3])
  assert.deepEqual(
    [node, signedBy],
    [{ log: SAMPLE_ORIGIN, size: 5 }, ['classical', 'post-quantum']],
  )
  assert.deepEqual(
    witnesses.map(({ name }: { name: string }) => name),
    ['w0', 'w1'],
  )
  const refused = await verify(ALTERED, '--key', KEY)
  assert.match(refused.out, /altered\.json: DOES NOT HOLD\n {2}PROOF_INVALID at .*altered\.json: /)
})

test('a directory of receipts is verified, and the bad one named', async () => {
  const directory = join(home, 'receipts')
  mkdirSync(directory)
  for (const at of [0, 1, 2]) writeFileSync(join(directory, `${at}.json`), NODE.portable(at))
  assert.equal((await json(directory, '--key', KEY)).receipts.length, 3)
  writeFileSync(join(directory, '1.json'), NODE.portable(1).replace('mcp', 'mcq'))
  const { exit, receipts, problems } = await json(directory, '--key', KEY)
  assert.deepEqual([exit, receipts.length, problems.length], [1, 2, 1])
  assert.equal(problems[0].place, join(directory, '1.json'))
})

test('a directory of tiles is verified', async () => {
  const leaves = NODE.tenant.leaves
  const target = join(home, 'tiles')
  writeTiles(target, tileFiles(leaves, NODE.tenant.checkpoint))
  const { exit, out } = await verify(target, '--key', KEY)
  assert.equal(exit, 0, out)
  assert.match(out, /holds\n {2}3 entries of .*, 3 of them hashed now\n.*--remember FILE/)
  writeTiles(target, tileFiles(leaves, logOf(['other']).checkpoint))
  assert.equal((await verify(target, '--key', KEY)).exit, 1)
})

test('a data directory is verified as a ledger', async () => {
  const data = join(home, 'data')
  mkdirSync(join(data, 'keys'), { recursive: true })
  writeFileSync(join(data, 'keys', 'ledger.vkey'), `${SAMPLE_VKEY}\n`)
  await writeSampleLedger(join(data, 'ledger'), 20)
  const { exit, kind, receipts } = await json(data)
  assert.deepEqual([exit, kind, receipts], [0, 'ledger', 21])
  const { exit: mistaken, error } = await json(data, '--witnesses', POLICY)
  assert.deepEqual([mistaken, error.code], [2, 'VERIFY_OPTIONS'])
})
