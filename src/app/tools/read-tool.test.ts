import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PortcullisError } from '../../kernel/errors.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import type { ToolReading } from '../../kernel/tools/review/reading.ts'
import { readTool } from './read-tool.ts'

const TOOL = { server: 'desk', tool: 'sum', definition: { name: 'sum' } }
const READING: ToolReading = {
  verdict: 'suspicious',
  model: 'm-1',
  prompt: `sha256:${'a'.repeat(64)}`,
  answers: ['k1', 'k2'],
}
const reader = { read: async () => READING }

test('what a model says of a tool is recorded with its prompt and its answers', async () => {
  const drafts: ReceiptDraft[] = []
  const append = async (draft: ReceiptDraft) => {
    drafts.push(draft)
    return { id: draft.id, seq: 0 }
  }
  const ports = { ledger: { append }, clock: { now: () => 0 }, ids: { next: () => 'id' } }
  assert.deepEqual(await readTool(TOOL, { reader, ...ports }), READING)
  const [event] = drafts.map((draft) => draft.event)
  assert.equal(event?.name, 'tool.reviewed')
  assert.equal(event?.digest, READING.prompt)
  assert.deepEqual(JSON.parse(event?.detail ?? ''), {
    ...{ tool: 'desk.sum', verdict: 'suspicious', model: 'm-1', answers: ['k1', 'k2'] },
  })
})

test('what cannot be recorded is not told', async () => {
  const append = () => Promise.reject(new PortcullisError('LEDGER_UNAVAILABLE', 'full'))
  const ports = { ledger: { append }, clock: { now: () => 0 }, ids: { next: () => 'id' } }
  await assert.rejects(readTool(TOOL, { reader, ...ports }), { code: 'LEDGER_UNAVAILABLE' })
})
