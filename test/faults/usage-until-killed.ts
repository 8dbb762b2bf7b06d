/**
 * Acts under a budget for as long as it lives, eight callers at once, and says on standard output
 * what went out: `out <amount>` before the effect, `refused <code>` when it was refused.
 *
 *   node usage-until-killed.ts FOLDER LIMIT
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Decision } from '../../src/kernel/policy/decision.ts'
import { guard } from '../../src/pipeline/guard.ts'
import type { Ports } from '../../src/pipeline/ports.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { openUsage } from '../../src/stores/sqlite/open-usage.ts'
import { ALLOWED, inMemoryPorts } from '../support/in-memory-ports.ts'
import { demanding } from '../support/obligations.ts'
import { SAMPLE_SIGNER } from '../support/sample-log.ts'

const CALLERS = 8
const AMOUNT = 0.25
const silent = () => undefined
const log = { info: silent, warn: silent, error: silent }
const say = (line: string) => writeSync(1, `${line}\n`)

const [folder = '', limit = '0'] = process.argv.slice(2)
const decision: Decision = demanding(ALLOWED, { kind: 'spend', budget: 'llm', amount: AMOUNT })
const directory = join(folder, 'ledger')
const ledger = await openLedger({ directory, signers: { active: SAMPLE_SIGNER }, log })
const usage = openUsage({
  file: join(folder, 'usage.db'),
  ledger: readLedger(directory).of(),
  ...{ log, now: Date.now(), keepEvery: 7 },
  budgets: { llm: { limit: Number(limit), perMs: 3_600_000, unit: 'USD', perAgent: false } },
})
ledger.subscribe((receipt) => usage.apply(receipt))
const memory = inMemoryPorts({ decision })
let ids = 0
const ports: Ports = {
  ...memory,
  ledger,
  usage: usage.book,
  ids: { next: () => `${process.pid}-${ids++}` },
  clock: { now: () => Date.now(), elapsed: () => performance.now() },
  connector: {
    async execute() {
      say(`out ${AMOUNT}`)
      return {}
    },
  },
}

async function act(run: string): Promise<void> {
  const action = { kind: 'tool.call', server: 'llm', tool: 'ask', args: {} } as const
  const credential = { kind: 'bearer', token: 'good' } as const
  const channel = { door: 'mcp', peer: 'local', run }
  for (;;) {
    const outcome = await guard({ action, credential, channel }, ports)
    if (outcome.kind === 'refused') say(`refused ${outcome.code}`)
  }
}

say('open')
await Promise.all(Array.from({ length: CALLERS }, (_, n) => act(`run-${n}`)))
