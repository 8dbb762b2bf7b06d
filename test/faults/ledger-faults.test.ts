import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import { openLedger } from '../../src/stores/sqlite/open-ledger.ts'
import { readLedger } from '../../src/stores/sqlite/read-ledger.ts'
import { verifyLedger } from '../../src/stores/sqlite/verify-ledger.ts'
import { SAMPLE_SIGNER, SAMPLE_VKEY } from '../support/sample-log.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { eventLog, scratch } from '../support/scratch.ts'

const PROGRAM = fileURLToPath(new URL('./append-until-killed.ts', import.meta.url))

/** The program in a process of its own, optionally under a limit on the size of files, in KiB. */
function appending(t: TestContext, file: string, options: { prefix: string; limitKiB?: number }) {
  const { prefix, limitKiB = 'unlimited' } = options
  const command = `ulimit -f ${limitKiB}; exec "$0" "$@"`
  const child = spawn('bash', ['-c', command, process.execPath, PROGRAM, file, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  return { child, said: linesOf(child) }
}

/** What the program says, line by line; `until` waits for the n-th line of a kind. */
function linesOf(child: ChildProcess) {
  const lines: string[] = []
  const input = createInterface({ input: child.stdout ?? assert.fail('no output') })
  const ended = once(input, 'close')
  input.on('line', (line) => lines.push(line))
  const until = async (kind: string, count: number) => {
    const enough = () => lines.filter((line) => line.startsWith(kind)).length >= count
    while (!enough()) {
      const more = await Promise.race([
        once(input, 'line').then(() => true),
        ended.then(() => false),
      ])
      assert.ok(more || enough(), `ended before ${count} lines ${kind}: ${lines.slice(-3)}`)
    }
  }
  return { lines, until, ended }
}

function receiptsOf(file: string): Receipt[] {
  const reader = readLedger(file)
  try {
    return [...reader.receipts({ limit: 1_000_000 })]
  } finally {
    reader.close()
  }
}

/** Opens the ledger, which recovers it, appends one receipt and closes it. */
async function reopen(file: string, id: string): Promise<void> {
  const ledger = await openLedger({ file, signer: SAMPLE_SIGNER, log: eventLog() })
  await ledger.append(refusalDraft(id))
  await ledger.close()
}

/** Everything acknowledged is there, the ledger verifies, and each decision has one outcome. */
function assertWhole(file: string, acknowledged: readonly string[]): void {
  const report = verifyLedger(file, SAMPLE_VKEY)
  assert.deepEqual(report.problems, [])
  const receipts = receiptsOf(file)
  const ids = new Set(receipts.map(({ id }) => id))
  assert.deepEqual(
    acknowledged.filter((id) => !ids.has(id)),
    [],
    'acknowledged and lost',
  )
  const decisions = receipts.filter(({ kind }) => kind === 'decision').map(({ id }) => id)
  const outcomes = receipts.flatMap(({ effect }) => (effect?.of === undefined ? [] : [effect.of]))
  assert.deepEqual(outcomes.toSorted(), decisions.toSorted())
}

const acknowledgedIn = (lines: readonly string[]) =>
  lines.filter((line) => /^[de] /.test(line)).map((line) => line.slice(2))

test('nothing acknowledged is lost when the process is killed, however often', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  const acknowledged: string[] = []
  for (let round = 0; round < 8; round += 1) {
    const { child, said } = appending(t, file, { prefix: `round-${round}` })
    await said.until('e', 1 + round * 40)
    child.kill('SIGKILL')
    await said.ended
    acknowledged.push(...acknowledgedIn(said.lines))
    const { problems } = verifyLedger(file, SAMPLE_VKEY)
    assert.deepEqual(problems, [], 'it verifies as the kill left it')
  }
  await reopen(file, 'after')
  assertWhole(file, acknowledged)
})

test('an action cut off by a kill reads unknown after the restart', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  const { child, said } = appending(t, file, { prefix: 'cut' })
  await said.until('d', 200)
  child.kill('SIGKILL')
  await said.ended
  const before = receiptsOf(file)
  const closed = new Set(before.map(({ effect }) => effect?.of))
  const open = before.filter(({ id, kind }) => kind === 'decision' && !closed.has(id))
  await reopen(file, 'after')
  const after = receiptsOf(file).slice(before.length)
  const unknown = after.filter(({ effect }) => effect?.state === 'unknown')
  assert.deepEqual(
    unknown.map(({ effect, run }) => [effect?.of, run]),
    open.map(({ id, run }) => [id, run]),
  )
  const recovered = after.filter(({ event }) => event?.name === 'runtime.recovered')
  assert.equal(recovered.length, open.length === 0 ? 0 : 1)
})

test('a writer in another process keeps a second one out until it is killed', async (t) => {
  const file = join(await scratch(t), 'ledger.db')
  const { child, said } = appending(t, file, { prefix: 'first' })
  await said.until('d', 1)
  await assert.rejects(reopen(file, 'second'), { code: 'LEDGER_LOCKED' })
  assert.equal(readLedgerHead(file).includes('portcullis.example/test'), true, 'readers go on')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await reopen(file, 'second')
  assertWhole(file, ['second'])
})

function readLedgerHead(file: string): string {
  const reader = readLedger(file)
  try {
    return reader.checkpoint()
  } finally {
    reader.close()
  }
}

// The limit makes writes fail as a full disk does, each time at another step.
for (const limitKiB of [0, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]) {
  test(`a disk full after ${limitKiB} KiB seals the ledger and loses nothing`, async (t) => {
    const file = join(await scratch(t), 'ledger.db')
    const { said } = appending(t, file, { prefix: 'full', limitKiB })
    await said.ended
    const refusals = said.lines.filter((line) => !/^(open|d .*|e .*)$/.test(line))
    assert.deepEqual(
      [...new Set(refusals.map((line) => line.split(' ')[1]))],
      ['LEDGER_UNAVAILABLE'],
    )
    if (said.lines.includes('open')) assert.ok(refusals.includes('late LEDGER_UNAVAILABLE'))
    if (limitKiB >= 256) assert.ok(acknowledgedIn(said.lines).length > 0)
    if (existsSync(file)) await reopen(file, 'after')
    if (existsSync(file)) assertWhole(file, [...acknowledgedIn(said.lines), 'after'])
  })
}
