import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fastify } from 'fastify'
import { type InMemoryGate, inMemoryGate } from '../../../test/support/in-memory-gate.ts'
import { DEFAULT_TENANT, tenantOf } from '../../kernel/identity/tenant.ts'
import { createIntrospectionDoor, INTROSPECTION_BODY_LIMIT } from './introspection-door.ts'

const SERVERS = [
  { tenant: DEFAULT_TENANT, name: 'slack', secret: 'slack secret & more' },
  { tenant: DEFAULT_TENANT, name: 'files', secret: 'files-secret' },
  { tenant: tenantOf('acme'), name: 'files', secret: 'acme-secret' },
]

const basic = (name: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
})
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

async function introspection(t: TestContext, gate: InMemoryGate = inMemoryGate()) {
  const server = fastify()
  server.addContentTypeParser('*', (_request, _body, done) => done(null))
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  await server.register(createIntrospectionDoor({ gate, log, servers: () => SERVERS }))
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  const { port } = server.server.address() as AddressInfo
  const ask = async (headers: Record<string, string>, body: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/introspect`, {
      ...{ method: 'POST', body },
      headers: { ...FORM, ...headers },
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  return { gate, port, ask }
}

const ASKERS: readonly [title: string, headers: Record<string, string>, peer: string][] = [
  ['Basic', basic('files', 'files-secret'), 'files'],
  ['Basic with the secret as it is', basic('slack', 'slack secret & more'), 'slack'],
  ['Basic with the secret as in a form', basic('slack', 'slack+secret+%26+more'), 'slack'],
  ['Bearer', { authorization: 'Bearer files-secret' }, 'files'],
]

for (const [title, headers, peer] of ASKERS) {
  test(`a genuine token is inactive and put down to its agent, asked by ${title}`, async (t) => {
    const { gate, ask } = await introspection(t)
    const answer = await ask(headers, 'token=sales-token&token_type_hint=access_token')
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.deepEqual(answer.body, { active: false })
    const channel = { door: 'introspection', peer, run: '-' }
    assert.deepEqual(gate.refusals, [{ code: 'IDENTITY_MISDIRECTED', agent: 'sales', channel }])
  })
}

test('a token that does not verify is inactive and recorded as such', async (t) => {
  const { gate, ask } = await introspection(t)
  const { body } = await ask(basic('files', 'files-secret'), 'token=forged')
  assert.deepEqual(body, { active: false })
  assert.deepEqual(
    gate.refusals.map(({ code, agent, channel }) => [code, agent, channel.peer]),
    [['IDENTITY_INVALID', undefined, 'files']],
  )
})

const STRANGERS: readonly [title: string, headers: Record<string, string>][] = [
  ['nobody', {}],
  ['an agent', { authorization: 'Bearer sales-token' }],
  ['a wrong secret', basic('slack', 'files')],
  ['the secret of another server', basic('slack', 'files-secret')],
  ['an unknown server', basic('crm', 'files-secret')],
  ['a secret without a name', basic('', 'files-secret')],
  ['half a secret', { authorization: 'Bearer files-secre' }],
]

for (const [title, headers] of STRANGERS) {
  test(`${title} may not ask, and is recorded`, async (t) => {
    const { gate, ask } = await introspection(t)
    const answer = await ask(headers, 'token=sales-token')
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /)
    assert.deepEqual(answer.body, { error: 'invalid_client' })
    const channel = { door: 'introspection', peer: '127.0.0.1', run: '-' }
    assert.deepEqual(gate.refusals, [
      { code: 'INTROSPECTION_UNAUTHORIZED', agent: undefined, channel },
    ])
  })
}

const QUESTIONS: readonly [
  title: string,
  headers: Record<string, string>,
  body: string,
  status: number,
][] = [
  ['no token', {}, 'hint=x', 400],
  ['an empty token', {}, 'token=', 400],
  ['two tokens', {}, 'token=a&token=b', 400],
  ['JSON', { 'content-type': 'application/json' }, '{"token":"a"}', 415],
  ['an endless body', {}, `token=${'a'.repeat(INTROSPECTION_BODY_LIMIT)}`, 413],
]

for (const [title, headers, body, status] of QUESTIONS) {
  test(`a question with ${title} is refused and recorded`, async (t) => {
    const { gate, ask } = await introspection(t)
    const answer = await ask({ ...basic('files', 'files-secret'), ...headers }, body)
    assert.equal(answer.status, status)
    assert.deepEqual(answer.body, { error: 'invalid_request' })
    assert.deepEqual(
      gate.refusals.map(({ channel }) => channel.peer),
      ['files'],
    )
  })
}

test('a token is inactive even when nothing can be recorded', async (t) => {
  const gate = inMemoryGate()
  const refuse = () => Promise.reject(new Error('the disk is full'))
  const { ask } = await introspection(t, { ...gate, refuse })
  const { status, body } = await ask(basic('files', 'files-secret'), 'token=sales-token')
  assert.deepEqual({ status, body }, { status: 200, body: { active: false } })
})

test('the server of one tenant is not named to another whose token it was handed', async (t) => {
  const { gate, ask } = await introspection(t)
  const { body } = await ask(basic('files', 'acme-secret'), 'token=sales-token')
  assert.deepEqual(body, { active: false })
  const [refusal] = gate.refusals
  assert.deepEqual(
    [refusal?.code, refusal?.agent, refusal?.channel.peer],
    ['IDENTITY_MISDIRECTED', 'sales', '-'],
  )
})
