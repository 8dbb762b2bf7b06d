import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fastify } from 'fastify'
import { createTrustDoor } from './trust-door.ts'

const FILES = ['{"trust":"one"}\n', '{"trust":"two"}\n']

async function door(t: TestContext, files: readonly string[] = FILES) {
  const server = fastify({ exposeHeadRoutes: false })
  await server.register(createTrustDoor({ file: (version = files.length) => files[version - 1] }))
  t.after(() => server.close())
  return (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers })
}

const CURRENT = '/.well-known/portcullis-trust.json'
const version = (name: string) => `/.well-known/portcullis-trust/${name}`

test('the current document is served to anyone, byte for byte', async (t) => {
  const get = await door(t)
  const { statusCode, body, headers } = await get(CURRENT)
  assert.deepEqual([statusCode, body], [200, FILES[1]])
  assert.match(String(headers['content-type']), /^application\/json/)
  assert.equal(headers['cache-control'], 'public, max-age=300')
  assert.equal(headers['access-control-allow-origin'], '*')
})

test('versions are served as they were, for good', async (t) => {
  const get = await door(t)
  for (const [at, file] of FILES.entries()) {
    const { statusCode, body, headers } = await get(version(`${at + 1}.json`))
    assert.deepEqual([statusCode, body], [200, file])
    assert.match(String(headers['cache-control']), /immutable/)
  }
})

test('who has it already is told so, until there is another', async (t) => {
  const get = await door(t)
  const tag = String((await get(CURRENT)).headers.etag)
  for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    const { statusCode, body, headers } = await get(CURRENT, { 'if-none-match': held })
    assert.deepEqual([statusCode, body, headers.etag], [304, '', tag])
  }
  const other = String((await get(version('1.json'))).headers.etag)
  assert.equal((await get(CURRENT, { 'if-none-match': other })).statusCode, 200)
})

for (const name of ['0.json', '3.json', '01.json', '-1.json', '1', '1.json.json', '..%2f1.json']) {
  test(`there is no version ${name}`, async (t) => {
    const { statusCode, headers, body } = await (await door(t))(version(name))
    assert.equal(statusCode, 404)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(JSON.parse(body).error.code, 'TRUST_MISSING')
  })
}

test('before the first document there is none', async (t) => {
  assert.equal((await (await door(t, []))(CURRENT)).statusCode, 404)
})
