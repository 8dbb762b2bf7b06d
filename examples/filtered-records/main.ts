/**
 * A search that ranks only what the asker may read: the policies become a condition of the query.
 * In a project of yours the imports read `portcullis/policy` and `portcullis/policy/sql`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'
import { loadPolicies, OBLIGATIONS, renderDiagnostic } from '../../src/policy.ts'
import { parseColumnMap, policyFilter, renderFilter } from '../../src/policy-sql.ts'

const text = readFileSync(join(import.meta.dirname, 'notes.policy'), 'utf8')
const { set, diagnostics } = loadPolicies([{ file: 'notes.policy', text }], OBLIGATIONS)
if (set === undefined) throw new Error(diagnostics.map(renderDiagnostic).join('\n\n'))

const db = new DatabaseSync(':memory:')
db.exec(`
  CREATE TABLE note (title TEXT, owner TEXT, level TEXT, teams TEXT, hold INTEGER);
  INSERT INTO note VALUES
    ('lunch', 'bob', 'public', '["kitchen","press"]', 0),
    ('salaries', 'bob', 'secret', '["press"]', 0),
    ('draft', 'ann', 'secret', '[]', 0),
    ('lawsuit', 'ann', 'internal', '["press"]', 1),
    ('found on the street', NULL, 'public', NULL, NULL);
`)

const columns = parseColumnMap({
  table: 'note',
  columns: {
    'data.owner': { column: 'owner', type: 'string' },
    'data.level': { column: 'level', type: 'string' },
    'data.teams': { column: 'teams', type: 'json' },
    'data.hold': { column: 'hold', type: 'boolean' },
  },
})

interface Asker {
  readonly id: string
  readonly clearance: string
  readonly teams: readonly string[]
}

function search({ id, clearance, teams }: Asker) {
  const plan = set?.plan({
    operation: 'notes.search',
    resource: { type: 'tool', id: 'notes.search' },
    attributes: { principal: { id, clearance, teams } },
  })
  assert.ok(plan !== undefined)
  const { where, untranslatable } = policyFilter(plan, { dialect: 'sqlite', ...columns })
  // What the database cannot be asked is left out, never let through; here it is everything.
  assert.deepEqual(untranslatable, [])
  const { sql, parameters } = renderFilter(where, 'sqlite')
  const query = db.prepare(`SELECT title FROM note WHERE ${sql} ORDER BY title`)
  const titles = query.all(...(parameters as SQLInputValue[])).map(({ title }) => title)
  return { titles, must: plan.obligations.map(({ obligation }) => obligation.kind) }
}

const ASKERS: readonly (readonly [Asker, readonly string[]])[] = [
  [{ id: 'ann', clearance: 'internal', teams: ['press'] }, ['draft', 'lunch']],
  [{ id: 'eve', clearance: 'secret', teams: ['press'] }, ['lunch', 'salaries']],
  [{ id: 'kim', clearance: 'public', teams: [] }, []],
]
for (const [asker, expected] of ASKERS) {
  const { titles, must } = search(asker)
  assert.deepEqual(titles, expected)
  console.log(`${asker.id} finds ${titles.join(', ') || 'nothing'}; before it is shown: ${must}`)
}
