import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { agentId, ownAuthority } from '../../../test/support/own-authority.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import { type SvidRequest, svidProofText } from '../../client/admin-client.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { LaunchedIdentity, RENEWAL_RETRY_MS } from './launched-identity.ts'

const HOUR = 3_600_000
const DIGEST = `sha256:${'00'.repeat(32)}`

/** A launcher's identity under a real authority, whose time the test turns. */
async function launched(t: TestContext) {
  const { authority } = await ownAuthority(t)
  const [asked, ended]: [SvidRequest[], string[]] = [[], []]
  const alarms: { readonly waitMs: number; readonly ring: () => void }[] = []
  let elapsed = 0
  const runtime = { refuses: false }
  const identity = await LaunchedIdentity.open({
    ...{ agent: 'sales', tenant: 'default', digest: DIGEST, log: silentLog },
    process: { pid: 7, uid: 0, started: '1' },
    clock: { now: () => Date.now(), elapsed: () => elapsed },
    alarm: {
      after(waitMs, ring) {
        alarms.push({ waitMs, ring })
        return () => undefined
      },
    },
    admin: {
      async issueSvid(agent, request) {
        if (runtime.refuses) throw new PortcullisError('RUNTIME_NOT_RUNNING', 'it is gone')
        asked.push(request)
        const key = Buffer.from(request.publicKey, 'base64')
        const publicKey = createPublicKey({ key, format: 'der', type: 'spki' })
        const issue = { id: agentId(agent), publicKey, now: Date.now(), ttlMs: HOUR }
        const { cert, serial, expires } = await authority.issue(issue)
        return {
          ...{ spiffeId: 'spiffe://x', certificate: cert, serial, runtimeId: 'spiffe://y' },
          ...{ expires: new Date(expires).toISOString(), roots: [...authority.at(0).roots] },
          address: `https://localhost:${7000 + asked.length}`,
        }
      },
      async endSvid(serial) {
        ended.push(serial)
        return { noted: true }
      },
    },
  })
  const pass = (ms: number) => {
    elapsed += ms
  }
  return { identity, asked, ended, alarms, runtime, pass }
}

/** Resolves once it is so: what is awaited runs in this process. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

test('whoever asks for an SVID shows that it holds the key', async (t) => {
  const { asked } = await launched(t)
  const [{ publicKey, proof, digest }] = asked as [SvidRequest]
  const text = svidProofText('sales', { tenant: 'default', publicKey, digest })
  const key = createPublicKey({
    ...{ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' },
  })
  assert.ok(verify('sha256', Buffer.from(text), key, Buffer.from(proof, 'base64')))
})

test('after half of its life the SVID is another, with another key', async (t) => {
  const { identity, asked, alarms } = await launched(t)
  assert.ok(Math.abs((alarms[0]?.waitMs ?? 0) - HOUR / 2) < 5_000)
  const { serial } = identity
  alarms[0]?.ring()
  await until(() => identity.serial !== serial)
  assert.notEqual(asked[0]?.publicKey, asked[1]?.publicKey)
  assert.equal(identity.proven.address.port, '7002')
})

test('a renewal that fails keeps the SVID, and is tried again', async (t) => {
  const { identity, alarms, runtime } = await launched(t)
  const { serial, proven } = identity
  runtime.refuses = true
  alarms[0]?.ring()
  await until(() => alarms.length === 2)
  assert.equal(alarms[1]?.waitMs, RENEWAL_RETRY_MS)
  assert.deepEqual([identity.serial, identity.proven], [serial, proven])
  runtime.refuses = false
  alarms[1]?.ring()
  await until(() => identity.serial !== serial)
})

test('however often it is refused, it asks at most once in a second', async (t) => {
  const { identity, asked, pass } = await launched(t)
  const { serial } = identity
  for (let n = 0; n < 10; n += 1) identity.doubt()
  assert.equal(asked.length, 1)
  pass(1_000)
  for (let n = 0; n < 10; n += 1) identity.doubt()
  await until(() => identity.serial !== serial)
  assert.equal(asked.length, 2)
})

test('at the end every SVID is given back', async (t) => {
  const { identity, ended, alarms } = await launched(t)
  const first = identity.serial
  alarms[0]?.ring()
  await until(() => identity.serial !== first)
  const second = identity.serial
  await identity.end()
  assert.deepEqual(ended, [first, second])
})
