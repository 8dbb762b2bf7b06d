/**
 * The guard without an upstream: a verified token, 1,000 policies, two durable receipts an action.
 * Its floor is the ledger alone: two appends one after the other, by as many callers.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guard } from '../../src/pipeline/guard.ts'
import type { GuardRequest } from '../../src/pipeline/ports.ts'
import { figures, measure, print, type Result } from '../report.ts'
import { benchPorts } from './ports.ts'

const CALLERS = [1, 16, 256] as const
const CALLS: Record<(typeof CALLERS)[number], number> = { 1: 3_000, 16: 20_000, 256: 60_000 }

const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
const { ports, token, close } = await benchPorts(folder)
const request: GuardRequest = {
  action: { kind: 'tool.call', server: 'mail', tool: 'send', args: { to: 'team', text: 'hello' } },
  credential: { kind: 'bearer', token },
  channel: { door: 'bench', peer: '127.0.0.1', run: 'bench' },
}

async function guarded(): Promise<void> {
  const outcome = await guard(request, ports)
  if (outcome.kind !== 'done') throw new Error(`not allowed: ${outcome.code}`)
}

async function appended(): Promise<void> {
  for (const kind of ['decision', 'effect'] as const) {
    await ports.ledger.append({
      ...{ id: ports.ids.next(), ts: ports.clock.now(), run: 'floor', kind, actor: [] },
      channel: { door: 'bench', peer: '127.0.0.1' },
    })
  }
}

const results: Result[] = []
try {
  for (const callers of CALLERS) {
    process.stderr.write(`${callers} callers\n`)
    await measure(callers, CALLS[callers] / 10, guarded)
    const floor = await measure(callers, CALLS[callers], appended)
    const sample = await measure(callers, CALLS[callers], guarded)
    const name = `ledger/${callers}`
    results.push(
      ...figures(name, floor),
      ...figures(`guard/${callers}`, sample, { name, sample: floor }),
    )
  }
  print('guard', results, process.argv.includes('--json'))
} finally {
  await close()
  rmSync(folder, { recursive: true, force: true })
}
