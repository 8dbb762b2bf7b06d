import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemAlarm, systemClock } from '../../src/app/system-ports.ts'
import { type RunningWitness, startWitness, type WitnessOptions } from '../../src/app/witness.ts'
import { formatAddCheckpoint } from '../../src/kernel/tlog/add-checkpoint.ts'
import { parseWitnessPolicy } from '../../src/kernel/tlog/witness-policy.ts'
import type { HeadSource } from '../../src/monitors/witnesses/head-source.ts'
import {
  startWitnessing,
  type Witnessing,
  type WitnessingOptions,
} from '../../src/monitors/witnesses/start-witnessing.ts'
import type { InMemoryLog } from './in-memory-head-source.ts'
import { SAMPLE_VKEY } from './sample-log.ts'
import { scratch } from './scratch.ts'
import { silentLog } from './silent-log.ts'

/** What a witness is started with; the same again starts it over the same keys and memory. */
export async function witnessSetup(t: TestContext, name: string): Promise<WitnessOptions> {
  const folder = await scratch(t)
  return {
    ...{ host: '127.0.0.1', port: 0, name, logs: [SAMPLE_VKEY], log: silentLog },
    state: join(folder, 'witness.db'),
    keyFile: join(folder, 'witness.pem'),
  }
}

/** A witness of the sample log in this process. */
export async function runWitness(t: TestContext, name: string): Promise<RunningWitness> {
  const witness = await startWitness(await witnessSetup(t, name))
  t.after(() => witness.close())
  return witness
}

/** The policy that asks for `count` of these witnesses, each by its first key. */
export function policyOf(count: number, ...witnesses: readonly RunningWitness[]) {
  const names = witnesses.map((_, index) => `w${index}`)
  const lines = witnesses.map(
    ({ address, vkeys }, index) => `witness w${index} ${vkeys[0]} ${address}`,
  )
  const group = `group enough ${count} ${names.join(' ')}`
  return parseWitnessPolicy([`log ${SAMPLE_VKEY}`, ...lines, group, 'quorum enough\n'].join('\n'))
}

/** Heads of a log on their way to witnesses, by real clocks. */
export function witnessing(
  t: TestContext,
  source: HeadSource,
  options: Partial<WitnessingOptions>,
): Witnessing {
  const started = startWitnessing({
    ...{ source, log: silentLog, clock: systemClock, alarm: systemAlarm },
    ...options,
  })
  t.after(() => started.close())
  return started
}

/** Sends a head as a client does; the answer is the witness's own. */
export function submit(
  { address }: Pick<RunningWitness, 'address'>,
  log: InMemoryLog,
  [from, to]: readonly [number, number],
): Promise<Response> {
  const proof = log.consistency(from, to)
  if (!Array.isArray(proof)) throw new Error('the log in memory answers at once')
  const body = formatAddCheckpoint({ oldSize: from, proof, note: log.head(to) })
  return fetch(`${address}/add-checkpoint`, { method: 'POST', body })
}
