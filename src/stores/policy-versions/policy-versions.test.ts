import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { policyVersions } from './policy-versions.ts'

const A = `sha256:${'a'.repeat(64)}`
const B = `sha256:${'b'.repeat(64)}`
const FILES = [{ file: 'policies/p.policy', text: '# said so\npolicy p { allow: desk.* }\n' }]

test('a version is kept as it was written, for its owner alone', async (t) => {
  const directory = join(await scratch(t), 'versions')
  const versions = policyVersions(directory)
  assert.deepEqual(versions.activations(), [])
  versions.keep(A, FILES)
  versions.activate({ version: A, at: 1, by: 'start' })
  versions.activate({ version: B, at: 2, by: 'rollback', over: 'sha256:00' })
  const again = policyVersions(directory)
  assert.deepEqual(again.files(A), FILES)
  assert.deepEqual(again.activations(), [
    { version: A, at: 1, by: 'start' },
    { version: B, at: 2, by: 'rollback', over: 'sha256:00' },
  ])
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  assert.equal(statSync(join(directory, `${'a'.repeat(64)}.json`)).mode & 0o777, 0o600)
})

test('a version goes by its beginning, if that is of one alone', async (t) => {
  const versions = policyVersions(await scratch(t))
  for (const version of [A, B, `sha256:${'a'.repeat(8)}${'c'.repeat(56)}`]) {
    versions.keep(version, FILES)
  }
  assert.equal(versions.find('bbbb'), B)
  assert.equal(versions.find(A), A)
  for (const text of ['aaaa', 'cccc', 'bbb', '../x']) {
    assert.throws(() => versions.find(text), { code: 'POLICY_VERSION_UNKNOWN' })
  }
})

test('a name that leads elsewhere is no version', async (t) => {
  const versions = policyVersions(await scratch(t))
  for (const name of ['../../etc/passwd', 'sha256:../x', 'sha256:', B]) {
    assert.throws(() => versions.files(name), { code: 'POLICY_VERSION_UNKNOWN' })
  }
})

test('a line that a crash cut short never was, and does not spoil the next', async (t) => {
  const directory = await scratch(t)
  const versions = policyVersions(directory)
  versions.activate({ version: A, at: 1, by: 'start' })
  const log = join(directory, 'activations.ndjson')
  appendFileSync(log, '{"version":"sha2')
  assert.equal(versions.activations().length, 1)
  versions.activate({ version: B, at: 2, by: 'push' })
  assert.equal(versions.activations().at(-1)?.version, B)
  assert.equal(readFileSync(log, 'utf8').split('\n').length, 3)
})

const SPOILT: readonly string[] = [
  '',
  '[]',
  '{"files":[{"file":1,"text":"x"}]}',
  '{"files":{}}',
  '{',
]

for (const content of SPOILT)
  test(`a version file that reads \`${content}\` is refused`, async (t) => {
    const directory = await scratch(t)
    writeFileSync(join(directory, `${'a'.repeat(64)}.json`), content)
    assert.throws(() => policyVersions(directory).files(A), { code: 'POLICY_VERSION_CORRUPT' })
  })

test('a line that is no activation is refused, wherever it stands', async (t) => {
  const directory = await scratch(t)
  writeFileSync(join(directory, 'activations.ndjson'), '{"version":"x","at":1,"by":"magic"}\n')
  const versions = policyVersions(directory)
  assert.throws(() => versions.activations(), { code: 'POLICY_VERSION_CORRUPT' })
})
