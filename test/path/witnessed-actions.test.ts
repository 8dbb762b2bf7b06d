import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from '@modelcontextprotocol/client'
import { type RunningWitness, startWitness } from '../../src/app/witness.ts'
import { claimedCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { parseCosignerKey } from '../../src/kernel/tlog/cosignature.ts'
import { openHybridCheckpoint } from '../../src/kernel/tlog/hybrid.ts'
import { parseVerifierKey } from '../../src/kernel/tlog/note.ts'
import { openWitnessedCheckpoint } from '../../src/kernel/tlog/quorum.ts'
import { parseWitnessPolicy } from '../../src/kernel/tlog/witness-policy.ts'
import { openKeys } from '../../src/stores/keys-file/open-keys.ts'
import { FRAME_KINDS } from '../../src/stores/segments/frame.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import { scratchForFile } from '../support/scratch.ts'
import { framesIn, isReceipt } from '../support/segments.ts'
import { silentLog } from '../support/silent-log.ts'

const POLICY = `policy desk {
  allow: desk.echo
  require: witnessed if args.message == "irrevocable"
}
`
const folder = scratchForFile()
const ORIGIN = 'portcullis.example/gate'
const setup = {
  ...{ host: '127.0.0.1', name: 'witness.example/w', log: silentLog },
  ...{ state: join(folder, 'witness.db'), keyFile: join(folder, 'witness.pem') },
}

let witness: RunningWitness
let running: RunningRuntime
let sales: Client
before(async () => {
  // The runtime is told of the witness, and the witness of the ledger: keys come first.
  const keys = await openKeys(join(folder, 'keys'), { origin: ORIGIN })
  witness = await startWitness({ ...setup, port: 0, logs: [keys.vkey] })
  running = await runRuntime({
    ...{ policy: POLICY, agents: ['sales'], keys: join(folder, 'keys') },
    more: `[ledger]
post_quantum = true
[witnesses]
interval = "1h"
finality_wait = "2s"
policy = """
witness w ${witness.vkeys[0]} ${witness.address}
quorum w
"""`,
  })
  sales = await running.agent('sales')
})
after(async () => {
  await running.close()
  await witness.close()
})

const data = (...path: string[]) => join(running.folder, '.portcullis', ...path)
const published = () => readFileSync(data('ledger', 'published', 'checkpoint'), 'utf8')
const line = (file: string) => readFileSync(data('keys', file), 'utf8').trim()
const say = (message: string) => sales.callTool({ name: 'desk.echo', arguments: { message } })
const decisions = () => running.receipts().filter(({ kind }) => kind === 'decision')

/** Where in the log of the node the head stands that covers a receipt. */
function headsBefore(seq: number): number {
  const frames = framesIn(data('ledger'))
  const leaves = frames.filter(({ kind }) => kind === FRAME_KINDS.leaf)
  return leaves
    .slice(
      0,
      leaves.findIndex((frame) => isReceipt(frame, seq)),
    )
    .filter(({ log }) => log === 0).length
}

test('what is irrevocable is done when a witness has seen its decision', async () => {
  const answer = await say('irrevocable')
  assert.equal(answer.isError ?? false, false)
  assert.match(running.received(), /irrevocable/)
  const decision = decisions().at(-1)
  const policy = parseWitnessPolicy(`log ${line('ledger.vkey')}
witness w ${witness.vkeys[0]}
witness pq ${witness.vkeys[1]}
quorum w
`)
  const { checkpoint } = openWitnessedCheckpoint(published(), policy)
  assert.ok(decision && checkpoint.size > headsBefore(decision.seq))
})

test('the published head bears both signatures of the ledger', () => {
  const classical = parseVerifierKey(line('ledger.vkey'))
  const postQuantum = parseCosignerKey(line('ledger-ml-dsa.vkey'))
  const { signedBy } = openHybridCheckpoint(published(), { classical, postQuantum }, 'both')
  assert.deepEqual(signedBy, ['classical', 'post-quantum'])
})

test('without its witness the action is refused in time and receipted', async () => {
  await witness.close()
  const before = running.received()
  const { size } = claimedCheckpoint(published())
  const answer = await say('irrevocable')
  assert.equal(answer.isError, true)
  assert.match(JSON.stringify(answer.content), /could not be carried out under its conditions/)
  assert.equal(running.received(), before)
  const outcome = running.receipts().at(-1)
  assert.deepEqual([outcome?.kind, outcome?.code], ['effect', 'FINALITY_TIMEOUT'])
  assert.equal(outcome?.effect?.state, 'failed')
  assert.equal(claimedCheckpoint(published()).size, size)
})

test('what need not be witnessed waits for nobody', async () => {
  const answer = await say('harmless')
  assert.equal(answer.isError ?? false, false)
})

test('when the witness is back, so is finality', async () => {
  const keys = line('ledger.vkey')
  witness = await startWitness({
    ...setup,
    port: Number(new URL(witness.address).port),
    logs: [keys],
  })
  const answer = await say('irrevocable')
  assert.equal(answer.isError ?? false, false)
})
