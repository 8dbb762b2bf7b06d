import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUDGET } from '../../test/support/admin-door.ts'
import { adminRuntime } from '../../test/support/admin-runtime.ts'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { durationText } from './duration-text.ts'

test('budgets are listed for people and for scripts', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const { stdout } = await runPortcullis(['budget', 'list'], { cwd })
  assert.equal(
    stdout,
    `NAME  LIMIT         OF          SPENT  RESERVED  REMAINING
llm   10 USD in 1d  each agent  2.5    0.05
`,
  )
  const json = await runPortcullis(['budget', 'list', '--json'], { cwd })
  assert.deepEqual(JSON.parse(json.stdout), { budgets: [BUDGET] })
})

test('one budget is shown agent by agent, and one that is not there is an error', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const { stdout } = await runPortcullis(['budget', 'show', 'llm'], { cwd })
  assert.match(
    stdout,
    /\n\nAGENT {2}SPENT {2}RESERVED {2}REMAINING\nsales {2}2\.5 {4}0\.05 {6}7\.45\n$/,
  )
  const unknown = await runPortcullis(['budget', 'show', 'lmm'], { cwd })
  assert.deepEqual([unknown.exit, unknown.stdout], [2, ''])
  assert.match(unknown.stderr, /no budget `lmm` is declared\n {2}BUDGET_UNKNOWN: declare/)
})

test('a reset says how the budget stands then', async (t) => {
  const { folder: cwd } = await adminRuntime(t)
  const reset = ['budget', 'reset', 'llm', '--agent', 'sales', '--json']
  const { exit, stdout } = await runPortcullis(reset, { cwd })
  assert.equal(exit, 0)
  assert.deepEqual(JSON.parse(stdout).agents, [{ agent: 'sales', spent: 0, reserved: 0 }])
  const unknown = await runPortcullis(['budget', 'reset', 'lmm'], { cwd })
  assert.match(unknown.stderr, /BUDGET_UNKNOWN/)
})

test('times are written as the configuration has them', () => {
  assert.deepEqual([86_400_000, 5_400_000, 60_000, 1_500].map(durationText), [
    '1d',
    '90m',
    '1m',
    '1500ms',
  ])
})
