import assert from 'node:assert/strict'
import { test } from 'node:test'
import { administeredRuntime } from '../support/administered-runtime.ts'

/**
 * A page of somebody else in the browser of an administrator. What proves who one is cannot ride on
 * such a request unless it is a certificate, so each is tried with a good token as well.
 */
const CONFIG = `
[roles.keeper]
permissions = ["admin.policies.*", "admin.keys.*"]
[approvers.ada]
roles = ["keeper"]
`

const RELOAD = 'POST /v1/policies/reload'
const ROTATE = 'POST /v1/keys/rotate'

interface Attempt {
  readonly call: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly code: string
}

const FORM = 'application/x-www-form-urlencoded'

const ATTACKS: readonly (readonly [attack: string, attempt: Attempt])[] = [
  [
    'a form that posts',
    {
      call: ROTATE,
      headers: { 'content-type': FORM },
      body: 'emergency=true',
      code: 'CONTENT_TYPE',
    },
  ],
  [
    'a form that posts JSON as text',
    { call: ROTATE, headers: { 'content-type': 'text/plain' }, body: '{}', code: 'CONTENT_TYPE' },
  ],
  [
    'a form to a route that takes no body',
    { call: RELOAD, headers: { 'content-type': 'text/plain' }, body: 'x', code: 'CONTENT_TYPE' },
  ],
  [
    'a multipart form',
    {
      ...{ call: ROTATE, body: '--x--', code: 'CONTENT_TYPE' },
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    },
  ],
  [
    'a fetch from another origin',
    {
      call: ROTATE,
      headers: { origin: 'https://evil.example' },
      body: '{}',
      code: 'ORIGIN_REFUSED',
    },
  ],
  [
    'a fetch from a sandboxed frame',
    { call: ROTATE, headers: { origin: 'null' }, body: '{}', code: 'ORIGIN_REFUSED' },
  ],
  [
    'a fetch from the same host over plain HTTP',
    { call: ROTATE, headers: { origin: 'http://localhost' }, body: '{}', code: 'ORIGIN_REFUSED' },
  ],
  [
    'a name that was rebound to this address',
    { call: ROTATE, headers: { host: 'evil.example' }, body: '{}', code: 'HOST_REFUSED' },
  ],
]

test('a page of somebody else administers nothing', async (t) => {
  const { ask, runtime } = await administeredRuntime(t, { config: CONFIG })
  const { operations } = runtime
  const { token } = await operations.issueApproverToken('ada', {})
  for (const [attack, { call, headers, body, code }] of ATTACKS) {
    await t.test(`${attack} changes nothing, with a good token or without`, async () => {
      const keys = await operations.keys()
      const sent = { headers, ...(body !== undefined && { body }) }
      const proved = await ask(call, { ...sent, token })
      assert.match(proved.body.error.code, new RegExp(code))
      const unproved = await ask(call, sent)
      assert.ok([401, 403, 415].includes(unproved.status))
      assert.deepEqual(await operations.keys(), keys)
    })
  }
  await t.test('a cookie proves nobody', async () => {
    const headers = { cookie: `session=${token}; authorization=Bearer ${token}` }
    const answer = await ask('GET /v1/keys', { headers })
    assert.equal(answer.body.error.code, 'IDENTITY_MISSING')
    assert.equal(answer.headers['set-cookie'], undefined)
  })
  await t.test('the same calls with the token and without the page go through', async () => {
    assert.equal((await ask(RELOAD, { token })).status, 200)
    assert.equal((await ask('GET /v1/keys', { token })).status, 200)
  })
})
