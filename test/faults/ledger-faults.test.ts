import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Receipt } from '../../src/kernel/receipt/receipt.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { checkLedger } from '../support/check-ledger.ts'
import { SAMPLE_SIGNER } from '../support/sample-log.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { eventLog, scratch } from '../support/scratch.ts'

const PROGRAM = fileURLToPath(new URL('./append-until-killed.ts', import.meta.url))

/** The program in a process of its own, optionally under a limit on the size of files, in KiB. */
function appending(
  t: TestContext,
  directory: string,
  options: { prefix: string; limitKiB?: number },
) {
  const { prefix, limitKiB = 'unlimited' } = options
  const command = `ulimit -f ${limitKiB}; exec "$0" "$@"`
  const child = spawn(
    'bash',
    ['--norc', '-c', command, process.execPath, PROGRAM, directory, prefix],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
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

function receiptsOf(directory: string): Receipt[] {
  return [...readLedger(directory).of().receipts({ limit: 1_000_000 })]
}

/** Opens the ledger, which recovers it, appends one receipt and closes it. */
async function reopen(directory: string, id: string): Promise<void> {
  const signers = { active: SAMPLE_SIGNER }
  const ledger = await openLedger({ directory, signers, log: eventLog() })
  await ledger.append(refusalDraft(id))
  await ledger.close()
}

/** Everything acknowledged is there, the ledger verifies, and each decision has one outcome. */
function assertWhole(directory: string, acknowledged: readonly string[]): void {
  const report = checkLedger(directory)
  assert.deepEqual(report.problems, [])
  const receipts = receiptsOf(directory)
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
  const directory = join(await scratch(t), 'ledger')
  const acknowledged: string[] = []
  for (let round = 0; round < 8; round += 1) {
    const { child, said } = appending(t, directory, { prefix: `round-${round}` })
    await said.until('e', 1 + round * 40)
    child.kill('SIGKILL')
    await said.ended
    acknowledged.push(...acknowledgedIn(said.lines))
    const codes = checkLedger(directory).problems.map(({ code }) => code)
    assert.deepEqual(codes, codes.length === 0 ? [] : ['LEDGER_TAIL_TORN'], 'as the kill left it')
  }
  await reopen(directory, 'after')
  assertWhole(directory, acknowledged)
})

test('an action cut off by a kill reads unknown after the restart', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const { child, said } = appending(t, directory, { prefix: 'cut' })
  await said.until('d', 200)
  child.kill('SIGKILL')
  await said.ended
  const before = receiptsOf(directory)
  const closed = new Set(before.map(({ effect }) => effect?.of))
  const open = before.filter(({ id, kind }) => kind === 'decision' && !closed.has(id))
  await reopen(directory, 'after')
  const after = receiptsOf(directory).slice(before.length)
  const unknown = after.filter(({ effect }) => effect?.state === 'unknown')
  assert.deepEqual(
    unknown.map(({ effect, run }) => [effect?.of, run]),
    open.map(({ id, run }) => [id, run]),
  )
  const recovered = after.filter(({ event }) => event?.name === 'runtime.recovered')
  assert.equal(recovered.length, open.length === 0 ? 0 : 1)
})

test('a writer in another process keeps a second one out until it is killed', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  const { child, said } = appending(t, directory, { prefix: 'first' })
  await said.until('d', 1)
  await assert.rejects(reopen(directory, 'second'), { code: 'LEDGER_LOCKED' })
  assert.equal(
    readLedger(directory).checkpoint().includes('portcullis.example/test'),
    true,
    'readers go on',
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  await reopen(directory, 'second')
  assertWhole(directory, ['second'])
})

// The limit makes writes fail as a full disk does, each time at another step.
for (const limitKiB of [0, 4, 8, 16, 64, 300, 320, 384, 512, 768]) {
  test(`a disk full after ${limitKiB} KiB refuses receipts and loses nothing`, async (t) => {
    const directory = join(await scratch(t), 'ledger')
    const { said } = appending(t, directory, { prefix: 'full', limitKiB })
    await said.ended
    const refusals = said.lines.filter((line) => !/^(open|d .*|e .*)$/.test(line))
    const codes = new Set(refusals.map((line) => line.split(' ')[1]))
    assert.equal(codes.size, 1, [...codes].join())
    assert.match([...codes].join(), /^LEDGER_(FULL|UNAVAILABLE)$/)
    if (said.lines.includes('open')) assert.ok(refusals.some((line) => line.startsWith('late ')))
    if (limitKiB >= 300) assert.ok(acknowledgedIn(said.lines).length > 0)
    await reopen(directory, 'after')
    assertWhole(directory, [...acknowledgedIn(said.lines), 'after'])
  })
}
