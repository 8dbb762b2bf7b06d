import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Cast } from '../cast.ts'
import type { Evidence } from '../terminal.ts'

export const title = 'a copy of the ledger is tampered with, three ways: each is caught and named'

/** What is done to a copy, as SQL, and the problem that verifying must name. */
const TAMPERING = [
  {
    what: 'one bit of receipt 3 flipped',
    code: 'LEDGER_LEAF_ALTERED',
    sql: `
      UPDATE leaf SET bytes = CAST(replace(CAST(bytes AS TEXT), '"v":1', '"v":3') AS BLOB)
      WHERE seq = 3`,
  },
  {
    what: 'receipt 3 removed',
    code: 'LEDGER_RECEIPT_MISSING',
    sql: 'DELETE FROM leaf WHERE seq = 3',
  },
  {
    what: 'the tail cut off, with its checkpoints',
    code: 'LEDGER_TRUNCATED',
    sql: `
      DELETE FROM checkpoint WHERE size > 6;
      DELETE FROM leaf WHERE seq >= (SELECT max(size) FROM checkpoint)`,
  },
] as const

export async function play({ stage }: Cast): Promise<Evidence & { ok: boolean }> {
  const data = join(stage.folder, '.portcullis')
  const vkey = join(data, 'keys', 'ledger.vkey')
  const head = join(stage.folder, 'remembered.head')
  const outcomes = []
  for (const { what, code, sql } of TAMPERING) {
    const copy = copyOf(join(data, 'ledger.db'), join(stage.folder, `${code}.db`), sql)
    const report = await stage.operator<{
      ok: boolean
      problems: { code: string; message: string }[]
    }>(['ledger', 'verify', '--ledger', copy, '--key', vkey, '--head', head], [0, 1])
    const problem = report.problems.find((candidate) => candidate.code === code)
    outcomes.push({ what, caught: !report.ok && problem !== undefined, problem })
  }
  return {
    ok: outcomes.every(({ caught }) => caught),
    tampering: outcomes,
    shown: [
      ...outcomes.map(
        ({ what, caught, problem }) =>
          `${caught ? 'caught' : 'MISSED'}  ${what.padEnd(38)} ${problem?.code}: ` +
          `${problem?.message}`,
      ),
      'Proves: nobody can change or quietly drop a receipt, not even at the end of the log.',
    ],
  }
}

/** A consistent copy beside the running writer, then changed. `3` differs from `1` in one bit. */
function copyOf(ledger: string, copy: string, sql: string): string {
  const original = new DatabaseSync(ledger, { readOnly: true })
  original.prepare('VACUUM INTO ?').run(copy)
  original.close()
  const db = new DatabaseSync(copy)
  db.exec(sql)
  db.close()
  return copy
}
