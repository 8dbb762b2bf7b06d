import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runShell, shellBlocks } from '../support/guide.ts'
import { runRuntime } from '../support/running-runtime.ts'

const AGENT = `
const answer = await fetch(process.env.PORTCULLIS_MCP_URL, {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: JSON.stringify({
    jsonrpc: '2.0', id: 1, method: 'initialize',
    params: {
      protocolVersion: '2025-11-25', capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    },
  }),
})
console.log(process.env.PORTCULLIS_AGENT, answer.status)
process.exitCode = 7
`

test('the guide to launched agents can be followed to the letter', async (t) => {
  const running = await runRuntime({
    policy: 'policy none {}\n',
    agents: ['sales'],
    more: '[listen.mcp.tls]\ncert = "own"\nclient_ca = "own"\n',
  })
  t.after(() => running.close())
  writeFileSync(join(running.folder, 'agent.mjs'), AGENT)
  symlinkSync(process.execPath, join(running.folder, 'node'))
  const [run = '', measure = '', plain = '', ...more] = shellBlocks('run.md')
  assert.deepEqual(more, [])
  const shell = (lines: string) => runShell(`PATH="$PWD:$PATH"\n${lines}`, running.folder)
  // What the agent writes and its exit code are the command's.
  assert.equal(
    await shell(`code=0; ${run.trim()} || code=$?; echo "exit $code"`),
    'sales 200\nexit 7\n',
  )
  const digest = (await shell(measure)).trim()
  assert.equal(`sha256:${(await shell(plain)).split(' ')[0]}`, digest)
  const issued = running.receipts().find(({ event }) => event?.name === 'svid.issued')
  assert.equal(issued?.event?.digest, digest)
})
