import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  EXPIRES,
  NODE,
  type SampleRoot,
  sampleRoot,
  signedTrust,
  TrustHistory,
} from '../../../test/support/trust-history.ts'
import type { TrustDocument } from './trust-document.ts'
import { parseTrustFile } from './trust-file.ts'
import { checkFresh, verifyFirst, verifyNext, verifyTrustChain } from './verify-chain.ts'

const [A, B, C] = ['a', 'b', 'c'].map((name) => sampleRoot(name)) as [
  ...[SampleRoot, SampleRoot, SampleRoot],
]
const listed = (threshold: number, ...roots: readonly SampleRoot[]) => ({
  roots: { threshold, keys: roots.map(({ root }) => root) },
})

/** A history of one document that any two of the three roots signed. */
function start(): TrustHistory {
  const history = new TrustHistory([A])
  history.files.splice(0)
  history.files.push(signedTrust(history.draft(listed(2, A, B, C)), [A, C]))
  return history
}

function judge(change: Partial<TrustDocument>, signers: readonly SampleRoot[]): TrustDocument {
  const history = start()
  const next = signedTrust(history.draft({ ...listed(2, A, B, C), ...change }), signers)
  return verifyTrustChain([...history.files, next])
}

test('a history holds that enough roots signed, whichever they are', () => {
  assert.equal(verifyTrustChain(start().files).version, 1)
  for (const pair of [
    [A, B],
    [B, C],
    [C, A],
    [A, B, C],
  ])
    assert.equal(judge({}, pair).version, 2)
})

for (const [name, signers] of Object.entries({
  'by too few roots': [A],
  'by nobody': [],
  'by one root and a stranger': [A, sampleRoot('stranger')],
})) {
  test(`a document is refused that was signed ${name}`, () => {
    assert.throws(() => judge({}, signers), { code: 'TRUST_UNTRUSTED' })
  })
}

test('a signature over another text is none', () => {
  const history = start()
  const [good, other] = [history.draft(listed(2, A, B, C)), history.draft(listed(1, A, B, C))]
  const { signatures } = parseTrustFile(signedTrust(other, [A, B]))
  const file = { ...parseTrustFile(signedTrust(good, [])), signatures }
  const [first = ''] = history.files
  assert.throws(() => verifyNext(parseTrustFile(first), file), { code: 'TRUST_UNTRUSTED' })
})

test('new roots are let in by the old ones, and have to sign as well', () => {
  const change = listed(1, sampleRoot('new'))
  assert.throws(() => judge(change, [sampleRoot('new')]), { code: 'TRUST_UNTRUSTED' })
  assert.throws(() => judge(change, [A, B]), { code: 'TRUST_UNTRUSTED' })
  assert.equal(judge(change, [A, B, sampleRoot('new')]).version, 2)
})

test('a root may be of ML-DSA-65', () => {
  const pq = sampleRoot('', generateKeyPairSync('ml-dsa-65').privateKey)
  const history = new TrustHistory([A, pq])
  assert.equal(verifyTrustChain(history.files).roots.keys[1]?.alg, 'ML-DSA-65')
  const halves = signedTrust(history.draft(), [A])
  assert.throws(() => verifyTrustChain([...history.files, halves]), { code: 'TRUST_UNTRUSTED' })
})

const NEXT: Record<string, readonly [change: Partial<TrustDocument>, code: string]> = {
  'the same version again': [{ version: 1 }, 'TRUST_INVALID'],
  'a version left out': [{ version: 3 }, 'TRUST_VERSION'],
  'another predecessor': [{ previous: '0'.repeat(64) }, 'TRUST_CHAIN'],
}

for (const [name, [change, code]] of Object.entries(NEXT)) {
  test(`a document does not follow with ${name}`, () => {
    assert.throws(() => judge(change, [A, B]), { code })
  })
}

test('an older version is no successor', () => {
  const history = new TrustHistory([A])
  const [first = '', second = ''] = [history.files[0], history.publish()]
  const [one, two] = [parseTrustFile(first), parseTrustFile(second)]
  for (const next of [one, two]) {
    assert.throws(() => verifyNext(two, next), { code: 'TRUST_VERSION' })
  }
})

test('what was said of a key is not taken back', () => {
  const history = new TrustHistory([A])
  const before = history.keys
  history.rotate()
  history.retire()
  history.publish()
  const [active] = history.of('active')
  assert.ok(active)
  const forgotten = history.draft({ keys: [active] })
  assert.throws(() => verifyTrustChain([...history.files, signedTrust(forgotten, [A])]), {
    code: 'TRUST_CONTINUITY',
  })
  const revived = history.draft({ keys: before })
  assert.throws(() => verifyTrustChain([...history.files, signedTrust(revived, [A])]), {
    code: 'TRUST_CONTINUITY',
  })
})

test('a closed log stays closed where it was', () => {
  const history = new TrustHistory([A])
  history.rotate()
  history.retire()
  const [old] = history.of('retired')
  assert.ok(old?.final)
  const log = { origin: NODE, tenants: `${NODE}/l/` }
  const closed = { keys: [old], logs: [{ ...log, final: old.final }] }
  history.files.push(signedTrust(history.draft(closed), [A]))
  const reopened = history.draft({ ...closed, logs: [{ ...log, final: history.headAt(3) }] })
  assert.throws(() => verifyTrustChain([...history.files, signedTrust(reopened, [A])]), {
    code: 'TRUST_CONTINUITY',
  })
})

test('roots that are known from elsewhere are the only ones that count', () => {
  const [file = ''] = start().files
  const first = parseTrustFile(file)
  assert.equal(verifyFirst(first, { roots: [A.root.id, C.root.id] }).version, 1)
  for (const roots of [[], [A.root.id], [A.root.id, B.root.id], ['0'.repeat(64)]]) {
    assert.throws(() => verifyFirst(first, { roots }), { code: 'TRUST_UNTRUSTED' })
  }
})

test('no history, and one without its beginning, hold nothing', () => {
  assert.throws(() => verifyTrustChain([]), { code: 'TRUST_MISSING' })
  const history = new TrustHistory([A])
  assert.throws(() => verifyTrustChain([history.publish()]), { code: 'TRUST_VERSION' })
})

test('a document is good until it expires, and not at that moment', () => {
  const document = verifyTrustChain(start().files)
  checkFresh(document, Date.parse(EXPIRES) - 1)
  assert.throws(() => checkFresh(document, Date.parse(EXPIRES)), { code: 'TRUST_EXPIRED' })
})
