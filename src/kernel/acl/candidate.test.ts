import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../identity/principal.ts'
import { parseAclResource } from './acl-resource.ts'
import { candidatesOf, checkCandidate, parseCandidate } from './candidate.ts'

const AGENT: Principal = { kind: 'agent', id: 'sales', roles: [], attributes: { team: 'field' } }
const HUMAN: Principal = { kind: 'human', id: 'ada', roles: [] }
const SERVICE: Principal = { kind: 'service', id: 'sales', roles: [] }

const CASES = [
  [AGENT, undefined, ['agent:sales', 'team:field', 'public']],
  [AGENT, 'agent:sales', ['agent:sales', 'team:field', 'public']],
  [AGENT, 'team:field', ['team:field', 'public']],
  [AGENT, 'public', ['public']],
  [AGENT, 'agent:other', []],
  [AGENT, 'user:sales', []],
  [HUMAN, undefined, ['user:ada', 'public']],
  [HUMAN, 'agent:ada', []],
  [SERVICE, undefined, ['public']],
  [SERVICE, 'agent:sales', []],
] as const

for (const [principal, claim, is] of CASES) {
  const as = claim === undefined ? '' : ` as ${claim}`
  test(`${principal.kind} ${principal.id}${as} is ${is.join(', ') || 'nobody'}`, () => {
    assert.deepEqual(candidatesOf(principal, claim), is)
    const check = () => checkCandidate(principal, claim)
    if (is.length > 0) assert.doesNotThrow(check)
    else assert.throws(check, { code: 'CANDIDATE_UNPROVED' })
  })
}

test('what is no candidate is refused', () => {
  const texts = [
    '',
    'sales',
    'agent:',
    'agent: sales',
    'Agent:sales',
    'role:x',
    'public:',
    'agents:x',
  ]
  const spelt = [
    'agent:\uff53ales',
    'agent:s\u0430les',
    'agent:a\u0000',
    `agent:${'a'.repeat(129)}`,
  ]
  for (const text of [...texts, ...spelt]) {
    assert.throws(() => parseCandidate(text), { code: 'CANDIDATE_INVALID' }, JSON.stringify(text))
  }
  for (const text of ['agent:sales', 'user:ada@example.org', 'team:Field ops', 'public']) {
    assert.equal(parseCandidate(text), text)
  }
})

test('what is no resource is refused', () => {
  const names = [
    '',
    'storage',
    'storage/',
    'disk/x',
    'memory/',
    'memory/a*',
    'model/..',
    'secret/a//b',
  ]
  for (const text of [...names, 'secret/a b', 'model/\uff41', 'memory/x\n']) {
    assert.throws(() => parseAclResource(text), JSON.stringify(text))
  }
  for (const text of ['storage/a/b c.txt', 'memory/CRM.customers', 'model/vendor/m-1:latest']) {
    assert.equal(parseAclResource(text), text)
  }
})
