import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { adminRuntime } from '../../test/support/admin-runtime.ts'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'
import { sampleRoot, signedTrust, TrustHistory } from '../../test/support/trust-history.ts'
import { trustText } from './status.ts'

/** A folder with a history of trust documents, the last one signed by too few. */
async function documents(t: TestContext) {
  const cwd = await scratch(t)
  const roots = [sampleRoot('a'), sampleRoot('b')]
  const history = new TrustHistory(roots)
  history.append('second')
  history.publish()
  const files = [...history.files, signedTrust(history.draft(), roots.slice(0, 1))]
  for (const [at, file] of files.entries()) writeFileSync(join(cwd, `${at + 1}.json`), file)
  writeFileSync(join(cwd, 'head'), history.heads.at(-1) ?? '')
  writeFileSync(join(cwd, 'portcullis.toml'), '')
  return { cwd, history, roots: roots.map(({ root }) => root.id) }
}

test('a history is judged, and a head by it, with nothing else at hand', async (t) => {
  const { cwd, roots } = await documents(t)
  const verify = (...args: readonly string[]) =>
    runPortcullis(['keys', 'trust', 'verify', ...args], { cwd })
  const [a = '', b = ''] = roots
  const good = await verify('1.json', '2.json', '--root', a, '--root', b, '--head', 'head')
  assert.match(
    good.stdout,
    /^HOLDS: version 2, .*\nHOLDS: size 2 of example\.com\/gate by the key /,
  )
  assert.equal(good.exit, 0)
  const bad = await verify('1.json', '2.json', '3.json', '--json')
  assert.equal(bad.exit, 1)
  assert.equal(JSON.parse(bad.stdout).problems[0].code, 'TRUST_UNTRUSTED')
  const foreign = await verify('1.json', '--root', '0'.repeat(64))
  assert.match(foreign.stdout, /^DOES NOT HOLD\n {2}TRUST_UNTRUSTED: /)
  assert.equal((await verify('4.json')).exit, 2)
})

test('a root is made for its owner alone, and never over a file', async (t) => {
  const cwd = await scratch(t)
  const create = ['keys', 'root', 'create', '--out', 'root.pem', '--json']
  const made = JSON.parse((await runPortcullis(create, { cwd })).stdout)
  assert.match(made.id, /^[0-9a-f]{64}$/)
  assert.equal(statSync(join(cwd, 'root.pem')).mode & 0o777, 0o600)
  const again = await runPortcullis(create, { cwd })
  assert.equal(again.exit, 2)
  assert.equal(JSON.parse(again.stdout).error.code, 'FILE_UNWRITABLE')
  assert.doesNotMatch(readFileSync(join(cwd, 'root.pem.pub'), 'utf8'), /PRIVATE/)
})

test('before the first start there are no keys, and listing makes none', async (t) => {
  const cwd = await scratch(t)
  writeFileSync(join(cwd, 'portcullis.toml'), '')
  for (const args of [['list'], ['rotate'], ['trust', 'draft', '--out', 'x']]) {
    const { exit, stderr } = await runPortcullis(['keys', ...args], { cwd })
    assert.equal(exit, 2)
    assert.match(stderr, /KEYS_MISSING: start the runtime once/)
  }
  assert.throws(() => statSync(join(cwd, '.portcullis', 'keys')), { code: 'ENOENT' })
})

test('a running runtime is asked about its keys', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const { stdout } = await runPortcullis(['keys', 'list'], { cwd })
  assert.match(stdout, /\n1c9d7a42 {2}active {2}2026-09-21T14:13:20\.000Z {2}0\n/)
  assert.match(stdout, /trust document: version 2, .*the keys have changed since/)
})

test('the status says what to do about the trust document', () => {
  const about = { version: 2, expires: '2027-01-01' }
  const said = (['none', 'current', 'pending', 'expiring', 'expired'] as const).map((standing) =>
    trustText({ standing, ...(standing === 'none' ? {} : about) }),
  )
  assert.equal(new Set(said).size, 5)
  const [none = '', current, pending = '', expiring = '', expired = ''] = said
  assert.match(none, /keys root create/)
  assert.equal(current, 'version 2, good until 2027-01-01')
  assert.match(pending, /draft, sign and publish/)
  assert.match(expiring, /WARNING: renew/)
  assert.match(expired, /EXPIRED/)
})
