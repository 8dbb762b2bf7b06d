import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, DENIED, inMemoryPorts } from '../../test/support/in-memory-ports.ts'
import { demanding } from '../../test/support/obligations.ts'
import { type ErrorCode, PortcullisError } from '../kernel/errors.ts'
import type { Decision } from '../kernel/policy/decision.ts'
import { guard } from './guard.ts'
import type { GuardRequest, Ports } from './ports.ts'

const LABEL = { kind: 'label', labels: ['private'], marked: false } as const
const READS = demanding(ALLOWED, LABEL)
const DENIES_BY_RUN: Decision = {
  ...DENIED,
  determining: DENIED.determining.map((rule) => ({ ...rule, readsRun: true })),
}

const request = (tool: string): GuardRequest => ({
  action: { kind: 'tool.call', server: 'crm', tool, args: {} },
  credential: { kind: 'bearer', token: 'good' },
  channel: { door: 'mcp', peer: '127.0.0.1', run: tool },
})

/** `read` gives a label; `send` is denied, by a rule that looks at the run or one that does not. */
function portsOf({ denied = DENIES_BY_RUN, failure }: { denied?: Decision; failure?: ErrorCode }) {
  const decide = ({ operation }: { operation: string }) =>
    operation === 'crm.read' ? READS : denied
  const ports = inMemoryPorts({ decide })
  const execute = async () => {
    if (failure !== undefined) throw new PortcullisError(failure, 'as the case has it')
    return {}
  }
  return { ...ports, connector: { execute } } satisfies Ports
}

/** What a read that ends so leaves of the label that was held for it. */
const ENDS: readonly [failure: ErrorCode | undefined, labels: readonly string[]][] = [
  [undefined, ['private']],
  ['UPSTREAM_TIMEOUT', ['private']],
  ['UPSTREAM_UNAVAILABLE', ['private']],
  ['UPSTREAM_REFUSED', ['private']],
  ['UPSTREAM_UNKNOWN', []],
]

for (const [failure, labels] of ENDS) {
  test(`a read that ends in ${failure ?? 'a result'} gives [${labels}]`, async () => {
    const ports = portsOf(failure === undefined ? {} : { failure })
    await guard(request('read'), ports)
    const [decision, effect] = ports.receipts
    assert.deepEqual([decision?.labels, effect?.labels], [['private'], labels])
    await guard(request('send'), ports)
    const taints = labels.map((label) => ({ label, receipt: decision?.id }))
    assert.deepEqual(ports.receipts.at(-1)?.taints ?? [], taints)
  })
}

test('a denial by a rule that does not look at the run names nothing of it', async () => {
  const ports = portsOf({ denied: DENIED })
  await guard(request('read'), ports)
  await guard(request('send'), ports)
  assert.equal(ports.receipts.at(-1)?.code, 'POLICY_DENIED')
  assert.equal(ports.receipts.at(-1)?.taints, undefined)
})

test('a read whose decision cannot be recorded gives nothing', async () => {
  const ports = portsOf({})
  const ledger = {
    append: async () => Promise.reject(new PortcullisError('LEDGER_UNAVAILABLE', 'full')),
  }
  const outcome = await guard(request('read'), { ...ports, ledger })
  assert.equal(outcome.kind, 'refused')
  assert.deepEqual(ports.labels.of([{ kind: 'agent', id: 'sales', via: 'bearer-jwt' }], 0), {
    ...{ labels: [], taints: [] },
  })
})

test('a label counts while the decision that gives it is still being recorded', async () => {
  const seen: unknown[] = []
  const ports = inMemoryPorts({
    decide({ operation, attributes }) {
      seen.push(attributes.run)
      return operation === 'crm.read' ? READS : DENIES_BY_RUN
    },
  })
  const writing = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const ledger: Ports['ledger'] = {
    async append(draft) {
      writing.resolve()
      await written.promise
      return ports.ledger.append(draft)
    },
  }
  const reading = guard(request('read'), { ...ports, ledger })
  await writing.promise
  await guard(request('send'), ports)
  assert.deepEqual(seen, [{ labels: [] }, { labels: ['private'] }])
  written.resolve()
  await reading
})
