import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { importGraph } from '../test/support/import-graph.ts'

test('the SDK needs no package and nothing of Node, so that browsers run it', () => {
  const { files, others } = importGraph(join(import.meta.dirname, 'sdk.ts'))
  assert.deepEqual(others, [])
  assert.ok(files.length > 10)
})
