import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SALES } from '../../../test/support/in-memory-ports.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Connector } from '../../pipeline/ports.ts'
import { signedCalls } from './signed-calls.ts'
import { signedTrust } from './signed-trust.ts'

const CALL = { kind: 'tool.call', server: 'desk', tool: 'sum', args: {} } as const
const SIGNED = { name: 'sum' }

/** Servers that define the tool so, or not at all; of two definitions one is signed. */
function calls(definition: JsonObject | undefined, requires = true) {
  const servers: Connector = {
    execute: async () => ({ done: true }),
    target: () => ({ server: 'desk', definition }),
  }
  const known = ({ definition }: { definition: JsonObject }) =>
    definition === SIGNED ? ({ level: 'require', accepted: true } as const) : undefined
  return { connector: signedCalls(servers, { requires: () => requires, known }), known }
}

test('a call is carried out while the signature holds', async () => {
  const { connector } = calls(SIGNED)
  assert.deepEqual(await connector.execute(CALL, SALES), { done: true })
})

test('a tool that changed is not called any more, nor one that nobody lists', async () => {
  for (const definition of [{ name: 'sum', title: 'new' }, undefined]) {
    const { connector } = calls(definition)
    await assert.rejects(connector.execute(CALL, SALES), { code: 'TOOL_SIGNATURE_REFUSED' })
  }
})

test('where no signature is required nobody looks', async () => {
  const { connector } = calls(undefined, false)
  assert.deepEqual(await connector.execute(CALL, SALES), { done: true })
})

test('a signature does not make a tool trusted that is not', () => {
  const untrusted = { state: 'untrusted', code: 'POLICY_DENIED' } as const
  const trust = signedTrust({ standing: () => untrusted }, calls(SIGNED))
  const tool = { server: 'desk', tool: 'sum' }
  assert.deepEqual(trust.standing({ ...tool, definition: SIGNED }), untrusted)
  const refused = { state: 'untrusted', code: 'TOOL_SIGNATURE_REFUSED' }
  assert.deepEqual(trust.standing({ ...tool, definition: {} }), refused)
})
