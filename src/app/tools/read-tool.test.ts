import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PortcullisError } from '../../kernel/errors.ts'
import { BY_OPERATOR } from '../../kernel/receipt/event-draft.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import type { ToolReading } from '../../kernel/tools/review/reading.ts'
import { readTool } from './read-tool.ts'

const FINGERPRINT = `sha256:${'b'.repeat(64)}`
const TOOL = {
  ...{ server: 'desk', tool: 'sum', fingerprint: FINGERPRINT },
  definition: { name: 'sum' },
}
const READING: ToolReading = {
  verdict: 'suspicious',
  model: 'm-1',
  prompt: `sha256:${'a'.repeat(64)}`,
  answers: ['k1', 'k2'],
}
const asked = { reader: { read: async () => READING }, by: BY_OPERATOR }

test('what a model says of a tool is recorded with its prompt and its answers', async () => {
  const drafts: ReceiptDraft[] = []
  const append = async (draft: ReceiptDraft) => {
    drafts.push(draft)
    return { id: draft.id, seq: 0 }
  }
  const ports = { ledger: { append }, clock: { now: () => 0 }, ids: { next: () => 'id' } }
  assert.deepEqual(await readTool(TOOL, { ...asked, ...ports }), READING)
  const [event] = drafts.map((draft) => draft.event)
  assert.deepEqual(drafts[0]?.actor, BY_OPERATOR.actor)
  assert.equal(event?.name, 'tool.reviewed')
  assert.equal(event?.digest, READING.prompt)
  assert.deepEqual(JSON.parse(event?.detail ?? ''), {
    ...{ tool: 'desk.sum', fingerprint: FINGERPRINT, verdict: 'suspicious' },
    ...{ model: 'm-1', answers: ['k1', 'k2'] },
  })
})

test('what cannot be recorded is not told', async () => {
  const append = () => Promise.reject(new PortcullisError('LEDGER_UNAVAILABLE', 'full'))
  const ports = { ledger: { append }, clock: { now: () => 0 }, ids: { next: () => 'id' } }
  await assert.rejects(readTool(TOOL, { ...asked, ...ports }), { code: 'LEDGER_UNAVAILABLE' })
})
