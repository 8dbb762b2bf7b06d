import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toolSigner } from '../../../test/support/tool-signer.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { KeyPin } from '../../kernel/tools/schemapin/key-pin.ts'
import type { KeyPins } from '../../pipeline/ports.ts'
import type { ServerSigners } from './judge-tool.ts'
import { SchemaPinSignatures, VERDICT_MS } from './tool-signatures.ts'

const TOOL = { name: 'sum', description: 'Adds', inputSchema: { type: 'object' } }
const SIGNER = toolSigner()
const THIEF = toolSigner()

function signatures(changed: Partial<ServerSigners> = {}) {
  const state: { document: JsonObject; revocations: unknown[]; now: number; broken: boolean } = {
    ...{ document: SIGNER.document, revocations: [], now: 0, broken: false },
  }
  const pinned = new Map<string, KeyPin>()
  const revoked = new Set<string>()
  const pins: KeyPins = {
    get(domain) {
      if (state.broken) throw new PortcullisError('KEY_PINS_UNAVAILABLE', 'broken')
      return pinned.get(domain)
    },
    put: (domain, pin) => void pinned.set(domain, pin),
    isRevoked: (fingerprint) => revoked.has(fingerprint),
    revoke: (fingerprint) => void revoked.add(fingerprint),
  }
  const signers: ServerSigners = {
    ...{ level: 'require', domains: ['example.com'], keys: [], beside: new Map() },
    ...{ firstUse: 'pin', expired: 'accept' },
    documents: {
      discovery: async () => ({ document: state.document, level: 'first_use' }),
      revocations: async () => state.revocations,
    },
    ...changed,
  }
  const events: RecordedEvent[] = []
  const made = new SchemaPinSignatures({
    ...{ pins, clock: { now: () => state.now }, report: (event) => void events.push(event) },
  })
  made.follow('desk', signers)
  const verify = (definition: JsonObject) =>
    made.verify({ server: 'desk', tool: 'sum', definition })
  const codeOf = async (definition: JsonObject) => {
    const { verification } = await verify(definition)
    return verification?.valid === false ? verification.code : 'valid'
  }
  const later = () => {
    state.now += VERDICT_MS
  }
  return { state, made, verify, codeOf, events, pinned, later }
}

test('a signed tool is accepted, and its key is pinned', async () => {
  const { verify, pinned, events } = signatures()
  assert.partialDeepStrictEqual(await verify(SIGNER.signed(TOOL)), { accepted: true })
  const { fingerprint } = SIGNER
  assert.deepEqual(pinned.get('example.com'), { fingerprint, level: 'first_use', since: 0 })
  assert.deepEqual(events, [])
})

const REFUSED: Readonly<Record<string, readonly [code: string, definition: JsonObject]>> = {
  'that nobody signed': ['signature_missing', TOOL],
  'whose description was changed': [
    ...(['signature_invalid', { ...SIGNER.signed(TOOL), description: 'Steals' }] as const),
  ],
  'with an annotation that was not signed': [
    ...([
      'signature_invalid',
      { ...SIGNER.signed(TOOL), annotations: { readOnlyHint: true } },
    ] as const),
  ],
  'that somebody else signed': ['signature_invalid', THIEF.signed(TOOL)],
  'signed for a domain that is not configured': [
    ...(['domain_mismatch', toolSigner('example.org').signed(TOOL)] as const),
  ],
  'whose signature is a number': [
    'signature_invalid',
    { ...TOOL, _meta: { 'portcullis/schemapin': 7 } },
  ],
}

for (const [name, [code, definition]] of Object.entries(REFUSED)) {
  test(`a tool is refused ${name}, once in the ledger, and pins no key`, async () => {
    const { codeOf, verify, events, pinned } = signatures()
    assert.equal(await codeOf(definition), code)
    assert.equal((await verify({ ...definition })).accepted, false)
    assert.deepEqual(
      events.map((event) => event.name),
      ['tool.signature_refused'],
    )
    assert.match(events[0]?.detail ?? '', new RegExp(`^desk\\.sum: ${code} at `))
    assert.deepEqual([...pinned], [])
  })
}

test('a changed key is refused with an alert, and never takes another’s place', async () => {
  const { state, codeOf, events, pinned, later } = signatures()
  await codeOf(SIGNER.signed(TOOL))
  state.document = THIEF.document
  later()
  assert.equal(await codeOf(THIEF.signed(TOOL)), 'key_pin_mismatch')
  assert.equal(await codeOf(THIEF.signed({ ...TOOL, title: 'Sum' })), 'key_pin_mismatch')
  const alerts = events.filter(({ name }) => name === 'tool.key_changed')
  assert.deepEqual(
    alerts.map(({ detail }) => detail),
    [`example.com: ${THIEF.fingerprint}`],
  )
  assert.equal(pinned.get('example.com')?.fingerprint, SIGNER.fingerprint)
})

test('a changed key counts once the configuration names it', async () => {
  const { state, codeOf, pinned } = signatures({ keys: [THIEF.fingerprint] })
  pinned.set('example.com', { fingerprint: SIGNER.fingerprint, level: 'first_use', since: 0 })
  state.document = THIEF.document
  assert.equal(await codeOf(THIEF.signed(TOOL)), 'valid')
  const { fingerprint } = THIEF
  assert.deepEqual(pinned.get('example.com'), { fingerprint, level: 'configured', since: 0 })
})

test('while one key replaces another both count, and neither is pinned', async () => {
  const { state, codeOf, pinned } = signatures({ keys: [SIGNER.fingerprint, THIEF.fingerprint] })
  assert.equal(await codeOf(SIGNER.signed(TOOL)), 'valid')
  state.document = THIEF.document
  assert.equal(await codeOf(THIEF.signed(TOOL)), 'valid')
  assert.deepEqual([...pinned], [])
})

test('a revoked key stays revoked, also when its domain takes that back', async () => {
  const { state, codeOf, later } = signatures()
  const revoked = { fingerprint: SIGNER.fingerprint, reason: 'key_compromise' }
  state.revocations = [{ domain: 'example.com', revoked_keys: [revoked] }]
  assert.equal(await codeOf(SIGNER.signed(TOOL)), 'key_revoked')
  state.revocations = []
  later()
  assert.equal(await codeOf(SIGNER.signed(TOOL)), 'key_revoked')
})

test('a revocation reaches a tool that was accepted', async () => {
  const { state, codeOf, later, made } = signatures()
  const definition = SIGNER.signed(TOOL)
  assert.equal(await codeOf(definition), 'valid')
  let told = 0
  made.onVerdict(() => told++)
  state.document = { ...SIGNER.document, revoked_keys: [SIGNER.fingerprint] }
  later()
  assert.equal(await codeOf(definition), 'key_revoked')
  assert.equal(told, 1)
})

test('at level `warn` a bad signature is accepted, and recorded', async () => {
  const { verify, events } = signatures({ level: 'warn' })
  assert.equal((await verify(TOOL)).accepted, true)
  assert.match(events[0]?.detail ?? '', /signature_missing .* warned of$/)
})

test('no signature is asked at level `off`, nor of other servers', async () => {
  const { made, verify } = signatures({ level: 'off' })
  assert.deepEqual(await verify(TOOL), { level: 'off', accepted: true })
  assert.equal(made.known({ server: 'other', tool: 'sum', definition: TOOL })?.accepted, true)
})

test('a signature beside the tool counts where there is none in it', async () => {
  const { codeOf } = signatures({ beside: new Map([['sum', SIGNER.sign(TOOL)]]) })
  assert.equal(await codeOf(TOOL), 'valid')
  assert.equal(await codeOf(THIEF.signed(TOOL)), 'signature_invalid')
})

test('what is not verified yet is not known, and is verified meanwhile', async () => {
  const { made } = signatures()
  const tool = { server: 'desk', tool: 'sum', definition: SIGNER.signed(TOOL) }
  const reached = new Promise<void>((resolve) => made.onVerdict(resolve))
  assert.equal(made.known(tool), undefined)
  await reached
  assert.equal(made.known(tool)?.accepted, true)
})

test('nothing is accepted while the pins cannot be read', async () => {
  const { state, made, verify, later } = signatures()
  const definition = SIGNER.signed(TOOL)
  await verify(definition)
  state.broken = true
  later()
  await assert.rejects(verify(definition), { code: 'KEY_PINS_UNAVAILABLE' })
  assert.equal(made.known({ server: 'desk', tool: 'sum', definition }), undefined)
})

test('of two domains the signature has to say which one signed', async () => {
  const { codeOf } = signatures({ domains: ['example.com', 'example.org'] })
  const { domain: _, ...nameless } = SIGNER.sign(TOOL)
  assert.equal(
    await codeOf({ ...TOOL, _meta: { 'portcullis/schemapin': nameless } }),
    'domain_mismatch',
  )
  assert.equal(await codeOf(SIGNER.signed(TOOL)), 'valid')
})
