import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ALLOWED, inMemoryPorts, SALES } from '../../../test/support/in-memory-ports.ts'
import { leafText } from '../../kernel/receipt/leaf.ts'
import type { Redaction } from '../../kernel/receipt/receipt.ts'
import { begin } from '../attempt.ts'
import type { GuardRequest } from '../ports.ts'
import { RECORDED_REDACTIONS_LIMIT, recordIntent, recordOutcome } from './record.ts'
import { RECORDED_RULES_LIMIT, RECORDED_TEXT_LIMIT } from './recorded-decision.ts'

const REQUEST: GuardRequest = {
  action: { kind: 'tool.call', server: 'slack', tool: 'post_message', args: {} },
  credential: { kind: 'none' },
  channel: { door: 'mcp', peer: '127.0.0.1', run: 's1' },
}

/** Of an action that goes on and spends nothing. */
const GOING = { refusal: undefined, spend: [] }

async function intentWithText(text: string): Promise<string | undefined> {
  const ports = inMemoryPorts()
  const [rule] = ALLOWED.determining
  const decision = { ...ALLOWED, determining: rule === undefined ? [] : [{ ...rule, text }] }
  await recordIntent(begin(REQUEST, ports), { identity: SALES, decision, ...GOING }, ports)
  return ports.receipts[0]?.decision?.rules[0]?.text
}

test('a text is kept up to its limit and cut beyond it, never within a character', async () => {
  const units = fc.string({ unit: 'binary', maxLength: 2 * RECORDED_TEXT_LIMIT })
  await fc.assert(
    fc.asyncProperty(units, async (text) => {
      const kept = (await intentWithText(text)) ?? ''
      assert.ok(kept.length <= RECORDED_TEXT_LIMIT)
      assert.ok(kept.isWellFormed())
      if (text.length <= RECORDED_TEXT_LIMIT) assert.equal(kept, text.toWellFormed())
    }),
  )
  const emoji = await intentWithText(`${'x'.repeat(RECORDED_TEXT_LIMIT - 2)}😀😀`)
  assert.equal(emoji, `${'x'.repeat(RECORDED_TEXT_LIMIT - 2)}…`)
})

const OUT = { digest: 'hmac-sha256:00', bytes: 2 }
const DONE = { receipt: 'r1', state: 'confirmed', result: {}, out: OUT } as const

test('however many rules and redactions there are, a receipt lists a bounded number', async () => {
  const ports = inMemoryPorts()
  const attempt = begin(REQUEST, ports)
  const determining = Array.from({ length: 100 }, () => ALLOWED.determining).flat()
  const decision = { ...ALLOWED, determining }
  const intent = await recordIntent(attempt, { identity: SALES, decision, ...GOING }, ports)
  const redactions: Redaction[] = Array.from({ length: 100 }, (_, n) => ({
    ...{ path: `args.${n}`, why: 'email' },
  }))
  const effect = { ...DONE, redactions } as const
  await recordOutcome(attempt, { identity: SALES, intent, effect }, ports)
  assert.equal(ports.receipts[0]?.decision?.rules.length, RECORDED_RULES_LIMIT)
  const listed = ports.receipts[1]?.redactions ?? []
  assert.equal(listed.length, RECORDED_REDACTIONS_LIMIT + 1)
  assert.deepEqual(listed.at(-1), { path: '…', why: '68 more' })
})

test('names of any bytes in an outcome never make its receipt too long to be written', async () => {
  for (const name of ['\u{1}', '漢', '"', '😀']) {
    const ports = inMemoryPorts()
    const path = `args.${name.repeat(RECORDED_TEXT_LIMIT)}`
    const redactions = Array.from({ length: 100 }, () => ({ path, why: 'email' }))
    const paths = Array.from({ length: 100 }, () => path)
    const effect = { ...DONE, redactions, paths } as const
    const intent = { id: 'r0' }
    await recordOutcome(begin(REQUEST, ports), { identity: SALES, intent, effect }, ports)
    const [draft] = ports.receipts
    leafText({ ...(draft ?? assert.fail()), v: 1, log: 'portcullis.example/test', seq: 0 })
  }
})
