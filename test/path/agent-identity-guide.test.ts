import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runShell, shellBlocks } from '../support/guide.ts'
import { exchange, humanToken, tokenIn } from '../support/human-token.ts'
import { oauthAgent } from '../support/oauth-agent.ts'
import { ALICE, BACK } from '../support/oauth-runtime.ts'
import { runRuntime } from '../support/running-runtime.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/agent-identity.md', import.meta.url), 'utf8')
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

function fenced(start: string): string {
  const found = [...GUIDE.matchAll(/```\w*\n([\s\S]*?)```/gu)].map(([, text = '']) => text)
  return found.find((text) => text.startsWith(start)) ?? assert.fail(`no \`${start}\``)
}

test('the guide to identities of agents can be followed to the letter', async (t) => {
  const [people, helper] = [await oauthAgent('people'), await oauthAgent('helper')]
  const declared = fenced('[agents.helper]')
  const more = `[agents.people]\nroles = []\nkeys = ['${people.jwk}']\nredirect_uris = ["${BACK}"]
${declared.replace('"helper.pub.pem"', `'${helper.jwk}'`).replace('sales', 'people')}`
  const policy = `${fenced('policy delegation')}policy tools { allow: desk.echo }`
  const running = await runRuntime({ policy, agents: ['sales'], more, connectors: [ALICE] })
  t.after(() => running.close())
  const [keys = '', registering = ''] = shellBlocks('agent-identity.md')
  assert.match(await runShell(keys, running.folder), /P-256 +added/)

  symlinkSync(MODULES, join(running.folder, 'node_modules'))
  writeFileSync(join(running.folder, 'agent.mjs'), fenced('import { readFileSync }'))
  const env = { ...process.env, RUNTIME: running.runtime.address }
  const options = { cwd: running.folder, env }
  const { stdout } = await promisify(execFile)(process.execPath, ['agent.mjs'], options)
  assert.match(stdout, /^desk\.echo/)
  const bound = running.receipts().filter(({ event }) => event?.name === 'oauth.token_issued')
  assert.match(bound[0]?.event?.detail ?? '', /bound to key: desk\.\*$/)

  const subject_token = tokenIn(await humanToken(running.runtime.address, people))
  const passed = await exchange(running.runtime.address, helper, { subject_token })
  assert.equal(passed.body.scope, 'desk.echo')
  assert.match(await runShell(registering, running.folder), /^pcr_default\./)
})
