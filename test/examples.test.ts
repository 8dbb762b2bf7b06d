import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'

const EXAMPLES = join(import.meta.dirname, '..', 'examples')

for (const story of readdirSync(EXAMPLES))
  test(`the example \`${story}\` runs, and what it asserts holds`, () => {
    const main = join(EXAMPLES, story, 'main.ts')
    const { status, stdout, stderr } = spawnSync(process.execPath, [main], { encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
  })
