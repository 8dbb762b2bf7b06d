import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { generateSync } from 'otplib'
import { REFUSAL_GRAIN_MS } from '../../src/pipeline/logins.ts'
import { PASSWORD, peopleAt } from '../support/people.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

let running: RunningRuntime
let say: ReturnType<typeof peopleAt>
const secrets = new Map<string, string>()
const recovery = new Map<string, readonly string[]>()

before(async () => {
  running = await runRuntime({ policy: 'policy p { allow: desk.* }', agents: ['sales'] })
  say = peopleAt(running)
  for (const name of ['ana', 'bob', 'cem', 'dora', 'eva', 'finn']) {
    await running.runtime.operations.addUser({ name, password: PASSWORD })
  }
  for (const name of ['dora', 'eva']) await enrol(name)
  await running.runtime.operations.setUserState('cem', { disabled: true })
})
after(() => running.close())

/** Confirms with the code of a step ago, so that the one of now is still to be used. */
async function enrol(name: string) {
  const { operations } = running.runtime
  const { secret } = await operations.enrolTotp(name)
  const code = generateSync({ secret, epoch: Math.floor(Date.now() / 1000) - 30 })
  secrets.set(name, secret)
  recovery.set(name, (await operations.confirmTotp(name, { code })).recoveryCodes)
}

const login = (name: string, password = PASSWORD, code?: string) =>
  say('login', { name, password, ...(code && { code }) })

test('session fixation: a login gives another token, and voids the old one', async () => {
  const planted = await login('ana')
  const { token } = planted.body
  const own = await say('login', { name: 'ana', password: PASSWORD }, token)
  assert.equal(own.status, 200)
  assert.notEqual(own.body.token, token)
  assert.equal((await say('whoami', {}, token)).status, 401)
  assert.equal((await say('whoami', {}, own.body.token)).status, 200)
})

test('session fixation: what a login brings as its session never becomes it', async () => {
  const chosen = `pcs_default.${'A'.repeat(43)}`
  const { body } = await say('login', { name: 'ana', password: PASSWORD }, chosen)
  assert.notEqual(body.token, chosen)
  assert.equal((await say('whoami', {}, chosen)).status, 401)
})

test('session fixation: a second factor gives another token, and voids the old one', async () => {
  const [code = '', other = ''] = recovery.get('dora') ?? []
  const { token } = (await login('dora', PASSWORD, code)).body
  const elevated = await say('elevate', { code: other }, token)
  assert.equal(elevated.body.mfaVerified, true)
  assert.equal((await say('whoami', {}, token)).status, 401)
  assert.equal((await say('whoami', {}, elevated.body.token)).body.session.mfa_verified, true)
})

test('an empty password proves nobody', async () => {
  assert.equal((await login('bob', '')).body.error?.code, 'LOGIN_REFUSED')
})

test('TOTP replay: a code that was used is not taken again', async () => {
  const code = generateSync({ secret: secrets.get('dora') ?? '' })
  assert.equal((await login('dora', PASSWORD, code)).status, 200)
  assert.equal((await login('dora', PASSWORD, code)).body.error?.code, 'LOGIN_REFUSED')
})

test('recovery-code reuse: a code that was used is not taken again', async () => {
  const code = recovery.get('eva')?.[0] ?? ''
  assert.equal((await login('eva', PASSWORD, code)).status, 200)
  assert.equal((await login('eva', PASSWORD, code)).body.error?.code, 'LOGIN_REFUSED')
})

test('user enumeration: whatever is wrong, answer and time are of one class', async () => {
  const wrong: [string, string, string?][] = [
    ['nobody', PASSWORD],
    ['finn', 'not the password'],
    ['cem', PASSWORD],
    ['eva', PASSWORD],
    ['eva', PASSWORD, '000000'],
    ['ａｎａ', 'not the password'],
    ['аna', PASSWORD],
  ]
  const answers = new Set<string>()
  for (const [name, password, code] of wrong) {
    const began = performance.now()
    const { status, body } = await login(name, password, code)
    const took = performance.now() - began
    answers.add(JSON.stringify([status, body]))
    // Never before the first multiple; later ones are those of a machine with other work.
    assert.ok(took >= REFUSAL_GRAIN_MS - 5, `${name} took ${took}`)
  }
  assert.equal(answers.size, 1, [...answers].join('\n'))
})

test('a password change ends every session, and nobody changes it by a session alone', async () => {
  const [one, two] = [await login('bob'), await login('bob')]
  const { token } = one.body
  const next = 'ein anderes langes wort'
  const guess = await say('password', { password: 'not the password', next }, token)
  assert.equal(guess.body.error?.code, 'LOGIN_REFUSED')
  assert.equal((await say('password', { password: PASSWORD, next }, token)).status, 200)
  for (const { body } of [one, two]) assert.equal((await say('whoami', {}, body.token)).status, 401)
  assert.equal((await login('bob', next)).status, 200)
})

test('a form of another site logs nobody in', async () => {
  const answer = await fetch(`${running.runtime.address}/people/login`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ name: 'ana', password: PASSWORD }),
  })
  assert.equal(answer.status, 415)
  assert.equal(answer.headers.get('set-cookie'), null)
})

test('password spraying: an address that tries name after name has to wait', async () => {
  const tries = Array.from({ length: 40 }, (_, at) => login(`name${at}`, 'Autumn2026 again'))
  const codes = (await Promise.all(tries)).map(({ body }) => body.error?.code)
  assert.ok(codes.includes('AUTHENTICATION_THROTTLED'))
  const alerts = running.receipts().filter(({ event }) => {
    return event?.name === 'authentication.throttled'
  })
  assert.ok(alerts.some(({ event }) => event?.detail.endsWith('from one address')))
})

test('no password, code or token of all this is in a receipt', () => {
  const text = JSON.stringify(running.receipts())
  const codes = [...recovery.values()].flat()
  for (const secret of [PASSWORD, 'pcs_', ...secrets.values(), ...codes])
    assert.ok(!text.includes(secret))
})
