import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkLedger } from '../../../test/support/check-ledger.ts'
import { SAMPLE_SIGNER } from '../../../test/support/sample-log.ts'
import { refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog, scratch } from '../../../test/support/scratch.ts'
import { framesIn, receiptsIn } from '../../../test/support/segments.ts'
import { leafHash } from '../../kernel/tlog/hash.ts'
import { TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { FRAME_KINDS } from './frame.ts'
import { openLedger } from './open-ledger.ts'

const open = (directory: string) =>
  openLedger({ directory, signers: { active: SAMPLE_SIGNER }, log: eventLog(), inline: {} })

test('a thousand tenants have logs of their own, over an opening', async (t) => {
  const directory = join(await scratch(t), 'ledger')
  for (const round of [0, 1]) {
    const ledger = await open(directory)
    const tenants = Array.from({ length: 999 }, (_, n) => ledger.of(`tenant-${n}`))
    const places = await Promise.all(
      tenants.map((log, n) => log.append(refusalDraft(`${round}-${n}`))),
    )
    assert.ok(places.every(({ seq }) => seq === round))
    assert.equal(new Set(tenants.map(({ origin }) => origin)).size, 999)
    await ledger.close()
  }
  const report = checkLedger(directory)
  assert.deepEqual([report.problems, report.logs.length, report.receipts], [[], 1_000, 1_998])
})

test('a tenant without a name of sense has no log', async (t) => {
  const ledger = await open(join(await scratch(t), 'ledger'))
  t.after(() => ledger.close())
  for (const name of ['', 'a\nb', '\ud800', 'x'.repeat(129)]) {
    assert.throws(() => ledger.of(name), { code: 'LEDGER_TENANT_REFUSED' })
  }
})

test('however tenants take turns, the signed heads are those of their receipts', async (t) => {
  const folder = await scratch(t)
  let run = 0
  const turns = fc.array(fc.array(fc.nat(4), { maxLength: 6 }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(turns, async (groups) => {
      run += 1
      const directory = join(folder, String(run))
      const ledger = await open(directory)
      const logs = Array.from({ length: 5 }, (_, n) => ledger.of(`t${n}`))
      for (const [round, group] of groups.entries()) {
        await Promise.all(group.map((n, i) => logs[n]?.append(refusalDraft(`${round}-${i}`))))
      }
      await ledger.close()
      const receipts = receiptsIn(directory)
      for (const { origin } of logs) {
        const own = receipts.filter(({ log }) => log === origin)
        const head = lastHead(directory, origin)
        assert.equal(head, own.length === 0 ? undefined : headOf(directory, origin))
      }
    }),
    { numRuns: 15 },
  )
})

/** The last head of a log that was signed under its name. */
function lastHead(directory: string, origin: string): string | undefined {
  const notes = framesIn(directory).flatMap(({ kind, body }) =>
    kind === FRAME_KINDS.checkpoint ? body.toString('utf8') : [],
  )
  const last = notes.findLast((note) => note.startsWith(`${origin}\n`))
  return last?.slice(0, last.indexOf('\n\n') + 1)
}

/** The head that the leaves of a log come to, by the tree that is not the writer's. */
function headOf(directory: string, origin: string): string {
  const tree = new TiledTree()
  for (const { log, kind, body } of framesIn(directory)) {
    const isOwn = log > 0 && kind === FRAME_KINDS.leaf && JSON.parse(body.toString()).log === origin
    if (isOwn) tree.append(leafHash(body))
  }
  return `${origin}\n${tree.size}\n${Buffer.from(tree.root()).toString('base64')}\n`
}
