import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { runShell, shellBlocks } from '../support/guide.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const page = (name: string) =>
  readFileSync(new URL(`../../docs/guide/${name}`, import.meta.url), 'utf8')
const fenced = (name: string, language: string) =>
  [...page(name).matchAll(/```(\w*)\n([\s\S]*?)```/gu)]
    .filter(([, it]) => it === language)
    .map(([, , text = '']) => text)

const SDK = pathToFileURL(fileURLToPath(new URL('../../src/client.ts', import.meta.url))).href
const POLICY = fenced('acl.md', '').find((text) => text.startsWith('policy storage')) ?? ''

let running: RunningRuntime
before(async () => {
  running = await runRuntime({
    policy: `${POLICY}
policy desk {
  allow: desk.echo
  allow: memory.write("CRM.customers")
  allow: memory.read("CRM.customers") if principal.roles.contains("sales")
}`,
    agents: ['sales', 'research'],
    memory: { 'CRM.customers': {} },
  })
})
after(() => running.close())

for (const [at, block] of fenced('sdk.md', 'ts').entries()) {
  test(`example ${at + 1} of the guide to the SDK runs as it stands`, async () => {
    const { token } = await running.runtime.operations.issueToken('sales', {})
    const file = join(running.folder, `example-${at}.ts`)
    writeFileSync(file, block.replace("'portcullis/client'", `'${SDK}'`))
    const env = { ...process.env, PORTCULLIS_URL: running.runtime.address, PORTCULLIS_TOKEN: token }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
    assert.notEqual(stdout, '')
  })
}

test('the commands of the guide to lists can be followed to the letter', async () => {
  const [commands = ''] = shellBlocks('acl.md')
  const shown = await runShell(commands, running.folder)
  assert.match(shown, /agent:research {2}read/)
  assert.match(shown, /allow: read\(listed\) if candidate\.is\.contains\("agent:research"\)/)
  assert.match(shown, /memory\/CRM\.customers has no access control list: policies alone decide\n$/)
  const changes = running.receipts().filter(({ event }) => event?.name === 'acl.changed')
  assert.deepEqual(
    changes.map(({ event }) => event?.detail),
    ['memory/CRM.customers agent:research: read', 'memory/CRM.customers agent:research: nothing'],
  )
})
