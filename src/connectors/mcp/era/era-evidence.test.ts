import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PortcullisError } from '../../../kernel/errors.ts'
import { PeerError } from '../../../kernel/mcp/peer-error.ts'
import { Unreached } from '../http-session.ts'
import { HttpRefusal, NoCommonRevision } from '../modern/refusals.ts'
import { protocol, unavailable } from '../server-message.ts'
import { type Evidence, legacyEvidence } from './era-evidence.ts'
import { ERA_REMEMBERED_MS, EraMemory } from './era-memory.ts'

const rpc = (code: number) => new PeerError('UPSTREAM_REFUSED', 'no', { code, message: 'no' })
const late = new PortcullisError('UPSTREAM_TIMEOUT', 'late')

const CASES: readonly [title: string, error: Error, http: Evidence, stdio: Evidence][] = [
  ['an unknown method', rpc(-32601), 'certain', 'certain'],
  ['params that it has no use for', rpc(-32602), 'certain', 'certain'],
  ['an error of its own making', rpc(-32000), 'certain', 'certain'],
  ['a header that does not match', rpc(-32020), 'none', 'none'],
  ['a capability that is missing', rpc(-32021), 'none', 'none'],
  ['a revision that it has not', rpc(-32022), 'none', 'none'],
  ['revisions with sessions only', new NoCommonRevision(['2025-11-25']), 'certain', 'certain'],
  ['revisions of another time', new NoCommonRevision(['2031-01-01']), 'none', 'none'],
  ['HTTP 400', new HttpRefusal(400), 'certain', 'certain'],
  ['HTTP 405', new HttpRefusal(405), 'certain', 'certain'],
  ['HTTP 401', new HttpRefusal(401), 'none', 'none'],
  ['HTTP 403', new HttpRefusal(403), 'none', 'none'],
  ['HTTP 502', new HttpRefusal(502), 'doubtful', 'doubtful'],
  ['silence', late, 'doubtful', 'certain'],
  ['its end', unavailable('it ended'), 'doubtful', 'certain'],
  ['what is no discovery', protocol('it is none'), 'doubtful', 'certain'],
  ['nobody there', new Unreached('UPSTREAM_UNAVAILABLE', 'no'), 'none', 'none'],
  ['an impostor', new PortcullisError('PEER_PIN_MISMATCH', 'no'), 'none', 'none'],
  ['a fault of ours', new TypeError('oops'), 'none', 'none'],
]

for (const [title, error, http, stdio] of CASES) {
  test(`a server that answers a discovery with ${title} has sessions: ${http}, ${stdio}`, () => {
    assert.equal(legacyEvidence(error, 'http'), http)
    assert.equal(legacyEvidence(error, 'stdio'), stdio)
  })
}

test('an era is remembered for a time, if it is certain, and a downgrade is noted once', () => {
  const memory = new EraMemory()
  assert.equal(memory.known(0), undefined)
  assert.equal(memory.found('modern', { now: 0, certain: true }), false)
  assert.equal(memory.known(ERA_REMEMBERED_MS - 1), 'modern')
  assert.equal(memory.known(ERA_REMEMBERED_MS), undefined)
  assert.equal(memory.found('legacy', { now: 0, certain: false }), true)
  assert.equal(memory.known(0), undefined)
  assert.equal(memory.found('sse', { now: 0, certain: true }), false)
  memory.forget()
  assert.equal(memory.known(0), undefined)
})
