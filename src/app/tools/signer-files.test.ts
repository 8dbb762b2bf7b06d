import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { openSigningKeys } from '../parts.ts'
import { boundedReports, SIGNATURE_REPORTS } from './signature-reports.ts'
import { readBundle } from './signer-files.ts'

const BUNDLE = resolve(
  import.meta.dirname,
  '../../../test/conformance/schemapin-vectors/signed-bundle.json',
)
const OTHER = `sha256:${'ab'.repeat(32)}`

test('the authority of a bundle is pinned by its name, and another key is refused', async (t) => {
  const file = openSigningKeys(join(await scratch(t), 'signing-keys.db'))
  t.after(() => file.close())
  const pins = file.of(DEFAULT_TENANT)
  const { authority } = readBundle(BUNDLE, { keys: [], pins, now: 1 })
  const name = '_bundle_authority:schemapin-bundle-authority-2026'
  const pin = { fingerprint: authority?.key.fingerprint, level: 'first_use', since: 1 }
  assert.deepEqual(pins.get(name), pin)
  readBundle(BUNDLE, { keys: [], pins, now: 2 })
  pins.put(name, { fingerprint: OTHER, level: 'first_use', since: 1 })
  assert.throws(() => readBundle(BUNDLE, { keys: [], pins, now: 3 }), {
    code: 'SIGNER_FILE_INVALID',
    message: /key_pin_mismatch/,
  })
})

test('where keys of bundles are named no other counts', () => {
  assert.throws(() => readBundle(BUNDLE, { keys: [OTHER], now: 1 }), /key_pin_mismatch/)
})

test('a flood of bad signatures is summed up, and an alert is not held back', () => {
  const events: RecordedEvent[] = []
  let ring: (() => void) | undefined
  const after = (_waitMs: number, rings: () => void) => {
    ring = rings
    return () => undefined
  }
  const { report } = boundedReports((event) => void events.push(event), { after })
  const flood = SIGNATURE_REPORTS + 5
  for (let at = 0; at < flood; at++) report({ name: 'tool.signature_refused', detail: `${at}` })
  report({ name: 'tool.key_changed', detail: 'example.com' })
  assert.equal(events.length, SIGNATURE_REPORTS + 1)
  ring?.()
  const summed = { name: 'tool.signature_refused', detail: 'summed up', count: 5 }
  assert.deepEqual(events.at(-1), summed)
})
