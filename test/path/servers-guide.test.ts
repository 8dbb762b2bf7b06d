import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runShell, shellBlocks } from '../support/guide.ts'
import { runRuntime } from '../support/running-runtime.ts'

const SCRIPTED = join(import.meta.dirname, '..', 'support', 'upstreams', 'scripted.ts')

test('the guide to servers can be followed to the letter', async (t) => {
  const running = await runRuntime({ policy: 'policy none {}\n', agents: ['sales'] })
  t.after(() => running.close())
  const { folder } = running
  const program = join(folder, 'mcp-server-filesystem')
  const heard = join(folder, 'heard.ndjson')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${SCRIPTED}' '${heard}'\n`)
  chmodSync(program, 0o755)
  process.env.PATH = `${folder}:${process.env.PATH}`
  const file = join(folder, 'portcullis.toml')
  const before = readFileSync(file, 'utf8')
  const [follow = '', byHand = '', ...more] = shellBlocks('servers.md')
  assert.match(byHand, /^kill -HUP /)
  assert.deepEqual(more, [])
  const said = await runShell(follow, folder)
  assert.match(said, /^files is written into \S*\/portcullis\.toml\nfiles is up\n/)
  assert.match(said, /^tools: 0, and \d+ held back\nlook at them: portcullis tools review files$/m)
  assert.match(said, /^NAME +AT +SPEAKS +ISOLATION +STATE +LINKS +TOOLS +HELD BACK +PINNED$/m)
  assert.match(said, /^files +mcp-server-filesystem +2025-11-25 +agent +up +0 +0 +\d+ +0$/m)
  assert.match(said, /^command +mcp-server-filesystem\narguments +1$/m)
  assert.match(said, /^ +echo: TOOL_UNREVIEWED$/m)
  assert.match(said, /^files is gone, from \S*\/portcullis\.toml, too$/m)
  assert.equal(readFileSync(file, 'utf8'), before)
})
