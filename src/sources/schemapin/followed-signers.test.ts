import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toolSigner } from '../../../test/support/tool-signer.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { KeyPins } from '../../pipeline/ports.ts'
import type { ServerSigners } from './judge-tool.ts'
import { SchemaPinSignatures } from './tool-signatures.ts'

const SIGNER = toolSigner()
const OTHER = toolSigner('example.org')
const TOOL = SIGNER.signed({ name: 'sum', inputSchema: { type: 'object' } })
const SUM = { server: 'desk', tool: 'sum', definition: TOOL }

const UNPINNED: KeyPins = {
  get: () => undefined,
  put: () => undefined,
  isRevoked: () => false,
  revoke: () => undefined,
}

/** Whoever signs for this domain, whose document is there when `found` has resolved. */
function signersOf(domain: string, document: JsonObject, found = Promise.resolve()): ServerSigners {
  return {
    ...{ level: 'require', domains: [domain], keys: [], beside: new Map() },
    ...{ firstUse: 'pin', expired: 'accept' },
    documents: {
      discovery: async () => {
        await found
        return { document, level: 'first_use' }
      },
      revocations: async () => [],
    },
  }
}

const ours = (found?: Promise<void>) => signersOf('example.com', SIGNER.document, found)
const theirs = () => signersOf('example.org', OTHER.document)

function signatures() {
  const clock = { now: () => 0 }
  return new SchemaPinSignatures({ pins: UNPINNED, clock, report: () => undefined })
}

test('what other signers accepted is unknown until those of now have judged', async () => {
  const made = signatures()
  made.follow('desk', ours())
  made.follow('desk-2', ours())
  await made.verify(SUM)
  await made.verify({ ...SUM, server: 'desk-2' })
  made.follow('desk', theirs())
  assert.equal(made.known(SUM), undefined)
  assert.equal((await made.verify(SUM)).accepted, false)
  assert.equal(made.known({ ...SUM, server: 'desk-2' })?.accepted, true)
})

test('a verdict that is under way is reached by the signers that were asked for last', async () => {
  const made = signatures()
  let document: () => void = () => undefined
  made.follow('desk', ours(new Promise((resolve) => (document = resolve))))
  const verdict = made.verify(SUM)
  made.follow('desk', theirs())
  document()
  assert.equal((await verdict).accepted, false)
  assert.equal(made.known(SUM)?.accepted, false)
})

test('where nobody is asked for any more, nothing is', async () => {
  const made = signatures()
  made.follow('desk', theirs())
  assert.equal((await made.verify(SUM)).accepted, false)
  made.follow('desk', undefined)
  assert.deepEqual(await made.verify(SUM), { level: 'off', accepted: true })
  assert.equal(made.known(SUM)?.accepted, true)
})
