import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { PASSWORD, peopleAt } from '../support/people.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

/** Pages to be at: the one that passkeys are for, and another of the same machine. */
const pages = createServer((_request, response) => response.end('<title>page</title>'))
const others = createServer((_request, response) => response.end('<title>other</title>'))
let running: RunningRuntime
let browser: Browser
let page: Page
let say: ReturnType<typeof peopleAt>
let origins: { readonly own: string; readonly other: string }

before(async () => {
  origins = { own: await originOf(pages), other: await originOf(others) }
  const more = `[identity.passkeys]\nrp_id = "localhost"\norigins = ["${origins.own}"]`
  running = await runRuntime({ policy: 'policy p { allow: desk.* }', agents: ['sales'], more })
  say = peopleAt(running)
  for (const name of ['ana', 'bob']) {
    await running.runtime.operations.addUser({ name, password: PASSWORD })
  }
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true })
  page = await browser.newPage()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true },
    },
  })
})
after(async () => {
  await browser.close()
  await running.close()
  for (const server of [pages, others]) server.close()
})

async function originOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://localhost:${typeof address === 'object' ? address?.port : 0}`
}

/** What the authenticator of a browser at that page answers, as the standard's own JSON. */
async function atPage(origin: string, verb: 'create' | 'get', options: object): Promise<object> {
  await page.goto(origin)
  const answer = await page.evaluate(
    async ([how, json]) => {
      const { navigator, PublicKeyCredential: Key } = globalThis as never as {
        navigator: { credentials: Record<string, (it: object) => Promise<{ toJSON(): object }>> }
        PublicKeyCredential: Record<string, (it: object) => object>
      }
      const parse =
        how === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'
      const publicKey = Key[parse]?.(JSON.parse(json)) ?? {}
      const credential = await navigator.credentials[how]?.({ publicKey })
      return JSON.stringify(credential?.toJSON())
    },
    [verb, JSON.stringify(options)] as const,
  )
  return JSON.parse(answer)
}

async function session(name: string): Promise<string> {
  return (await say('login', { name, password: PASSWORD })).body.token
}

async function register(name: string) {
  const token = await session(name)
  const { options, flow } = (await say('passkeys/register/begin', {}, token)).body
  const response = await atPage(origins.own, 'create', options)
  return {
    token,
    flow,
    response,
    said: await say('passkeys/register/finish', { flow, response }, token),
  }
}

test('a passkey is made and logs in by itself, as two factors', async () => {
  assert.equal((await register('ana')).said.status, 200)
  const { options, flow } = (await say('passkeys/login/begin', {})).body
  const response = await atPage(origins.own, 'get', options)
  const { status, body } = await say('passkeys/login/finish', { flow, response })
  assert.equal(status, 200)
  assert.deepEqual([body.mfaVerified], [true])
  assert.equal((await say('whoami', {}, body.token)).body.id, 'ana')
})

test('assertion replay: an answer counts once, and for no other login', async () => {
  const first = (await say('passkeys/login/begin', {})).body
  const response = await atPage(origins.own, 'get', first.options)
  assert.equal((await say('passkeys/login/finish', { flow: first.flow, response })).status, 200)
  const again = await say('passkeys/login/finish', { flow: first.flow, response })
  assert.equal(again.body.error?.code, 'LOGIN_REFUSED')
  const second = (await say('passkeys/login/begin', {})).body
  const replayed = await say('passkeys/login/finish', { flow: second.flow, response })
  assert.equal(replayed.body.error?.code, 'LOGIN_REFUSED')
})

test('wrong origin: what a page of another origin was answered logs nobody in', async () => {
  const { options, flow } = (await say('passkeys/login/begin', {})).body
  const response = await atPage(origins.other, 'get', options)
  const { body } = await say('passkeys/login/finish', { flow, response })
  assert.equal(body.error?.code, 'LOGIN_REFUSED')
})

test('an altered answer, and one for another account, log nobody in', async () => {
  const asked = (await say('passkeys/login/begin', {})).body
  const good = JSON.parse(JSON.stringify(await atPage(origins.own, 'get', asked.options)))
  const altered: readonly ((answer: typeof good) => void)[] = [
    (answer) => (answer.response.signature = `${answer.response.signature.slice(0, -8)}AAAAAAAA`),
    (answer) => (answer.response.userHandle = 'AAAA'),
    (answer) => delete answer.response.userHandle,
    (answer) => (answer.id = 'AAAA'),
    (answer) => (answer.response.authenticatorData = 'AAAA'),
    (answer) => (answer.response = {}),
  ]
  for (const change of altered) {
    const { flow } = (await say('passkeys/login/begin', {})).body
    const response = structuredClone(good)
    change(response)
    const { body } = await say('passkeys/login/finish', { flow, response })
    assert.equal(body.error?.code, 'LOGIN_REFUSED')
  }
})

test('a password alone makes no second passkey beside the first', async () => {
  const { body } = await say('passkeys/register/begin', {}, await session('ana'))
  assert.equal(body.error?.code, 'STEP_UP_REQUIRED')
})

test('a passkey that one has begun to make, nobody else ends', async () => {
  const token = await session('ana')
  const { options, flow } = (await say('passkeys/register/begin', {}, await session('bob'))).body
  const response = await atPage(origins.own, 'create', options)
  const stolen = await say('passkeys/register/finish', { flow, response }, token)
  assert.equal(stolen.body.error?.code, 'LOGIN_REFUSED')
  assert.equal((await say('passkeys/register/begin', {})).body.error?.code, 'IDENTITY_MISSING')
})
