import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText } from '../../../test/support/config-text.ts'

test('the ledger gets every default', async (t) => {
  const { config } = await loadText(t, '')
  assert.deepEqual(config.ledger, {
    ...{ postQuantum: false, scrubRate: 8_388_608, publish: 'heads', subjects: {} },
    payloads: { keep: 'none', maxBytes: 1_048_576, maxTotalBytes: 10_737_418_240 },
    retention: { payloadsMs: 7_776_000_000 },
  })
})

test('every key of the ledger arrives', async (t) => {
  const { config } = await loadText(
    t,
    `[ledger]
origin = "example.com/gate"
post_quantum = true
scrub = 1
publish = "none"
payloads = { keep = "redacted", max_bytes = 2048, max_total_bytes = 1048576 }
retention = { payloads = "forever", receipts = "400d" }
subjects = { "crm.lookup" = "args.customer.id" }
`,
  )
  assert.deepEqual(config.ledger, {
    ...{ origin: 'example.com/gate', postQuantum: true, scrubRate: 1_048_576, publish: 'none' },
    payloads: { keep: 'redacted', maxBytes: 2_048, maxTotalBytes: 1_048_576 },
    retention: { receiptsMs: 34_560_000_000 },
    subjects: { 'crm.lookup': ['customer', 'id'] },
  })
})
