import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { signTools } from './sign-tools.ts'
import { verifySignatures } from './verify-signatures.ts'

const VECTORS = resolve(import.meta.dirname, '../../../test/conformance/schemapin-vectors')
const TOOL = { name: 'sum', description: 'Adds', inputSchema: { type: 'object' } }
const GIVEN = {
  ...{ domain: 'example.com', revocations: [], bundles: [], bundleKeys: [], keys: [] },
  ...({ expired: 'accept', now: Date.UTC(2026, 10, 21) } as const),
}

async function folderWith(t: TestContext, text: string) {
  const folder = await scratch(t)
  const write = (name: string, content: string, mode = 0o644) => {
    writeFileSync(join(folder, name), content, { mode })
    return join(folder, name)
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const key = write('signing.pem', pem, 0o600)
  const signing = { key, domain: 'example.com', developer: 'Example', signedAt: new Date(0) }
  return { write, key, signing, file: write('tools.json', text) }
}

test('what is signed is verified, beside the tools and in them, until it is altered', async (t) => {
  const { write, signing, file } = await folderWith(t, JSON.stringify({ tools: [TOOL] }))
  const { tools, definitions, document } = await signTools(file, signing)
  const published = { ...GIVEN, document: write('schemapin.json', JSON.stringify(document)) }
  const codes = async (name: string, value: unknown, more: object = {}) => {
    const read = await verifySignatures(write(name, JSON.stringify(value)), {
      ...{ ...published, ...more },
    })
    return read.map(({ verification }) => (verification.valid ? 'valid' : verification.code))
  }
  const signatures = write('signatures.json', JSON.stringify({ tools }))
  assert.deepEqual(await codes('bare.json', [TOOL], { signatures }), ['valid'])
  assert.deepEqual(await codes('bare.json', TOOL), ['signature_missing'])
  assert.deepEqual(await codes('signed.json', definitions), ['valid'])
  const altered = [{ ...definitions[0], description: 'Steals' }]
  assert.deepEqual(await codes('altered.json', altered), ['signature_invalid'])
})

test('a signed schema and the bundle of the official SDKs are read as they are', async () => {
  for (const sdk of ['python', 'javascript', 'go']) {
    const document = join(VECTORS, `${sdk}-well-known.json`)
    const file = join(VECTORS, `${sdk}-signed.json`)
    const [held] = await verifySignatures(file, { ...GIVEN, document })
    assert.partialDeepStrictEqual(held, { tool: 'calculate_sum', verification: { valid: true } })
  }
  // The key in the published bundle is none.
  const bundles = [join(VECTORS, 'signed-bundle.json')]
  const [mock] = await verifySignatures(join(VECTORS, 'go-signed.json'), { ...GIVEN, bundles })
  assert.partialDeepStrictEqual(mock?.verification, { valid: false, code: 'key_not_found' })
})

test('a signature names the one before it, where that is asked', async (t) => {
  const { write, signing, file } = await folderWith(t, JSON.stringify(TOOL))
  const next = write('next.json', JSON.stringify({ ...TOOL, description: 'Adds more' }))
  const { definitions, document } = await signTools(next, { ...signing, previous: file })
  const published = { ...GIVEN, document: write('schemapin.json', JSON.stringify(document)) }
  const signed = write('signed.json', JSON.stringify(definitions))
  const lineages = async (previous: string) => {
    const read = await verifySignatures(signed, { ...published, previous })
    return read.map(({ lineage }) => lineage?.holds)
  }
  assert.deepEqual(await lineages(file), [true])
  assert.deepEqual(await lineages(signed), [false])
})

const UNREADABLE = [
  '{}',
  '[]',
  '7',
  '[{"name":"a"},{"name":"a"}]',
  '[{}]',
  '{"name":"a","name":"b"}',
]

for (const text of UNREADABLE) {
  test(`${text} holds no tools to sign`, async (t) => {
    const { file, signing } = await folderWith(t, text)
    await assert.rejects(signTools(file, signing), { code: 'SIGNER_FILE_INVALID' })
  })
}

test('nothing is signed with a key that others may read, or for what is no host', async (t) => {
  const { file, key, signing } = await folderWith(t, JSON.stringify(TOOL))
  const elsewhere = { ...signing, domain: 'https://example.com' }
  await assert.rejects(signTools(file, elsewhere), { code: 'REQUEST_INVALID' })
  chmodSync(key, 0o640)
  await assert.rejects(signTools(file, signing), { code: 'KEYS_INSECURE' })
})
