import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sampleCosigner } from '../../../test/support/sample-witness.ts'
import { scratch } from '../../../test/support/scratch.ts'
import { loadConfig } from './load-config.ts'

const { vkey } = sampleCosigner('ed25519', 'w.example/w', '01')
const POLICY = `witness w ${vkey} https://w.example/prefix\nquorum w\n`

async function load(t: TestContext, policy: string, more = '') {
  const folder = await scratch(t)
  writeFileSync(join(folder, 'witnesses.policy'), policy)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(file, `[witnesses]\npolicy_file = "witnesses.policy"\n${more}`)
  return loadConfig(file, {}).witnesses
}

test('a policy in a file of its own is read, with its waits in milliseconds', async (t) => {
  const waits = 'interval = "2s"\nanswer_wait = "300ms"\nfinality_wait = "1m"\n'
  const { policy, tls, ...inMs } = (await load(t, POLICY, waits)) ?? assert.fail()
  assert.deepEqual(tls, { pins: [], minVersion: 'TLSv1.3' })
  assert.deepEqual(inMs, { intervalMs: 2_000, answerWaitMs: 300, finalityWaitMs: 60_000 })
  assert.deepEqual(
    policy.witnesses.map(({ name, url }) => [name, url]),
    [['w', 'https://w.example/prefix']],
  )
})

const MISTAKES: Record<string, [policy: string, message: RegExp]> = {
  'of the format': [
    `# who\n${POLICY}quorum w\n`,
    /`witnesses\.policy` line 4: there is a `quorum`/,
  ],
  'of an address': [POLICY.replace('https', 'ftp'), /`witnesses\.policy` line 1: the address/],
  'of the quorum': [`${POLICY.split('\n')[0]}\nquorum none\n`, /line 2: `none` would call/],
}

for (const [what, [policy, message]] of Object.entries(MISTAKES)) {
  test(`a mistake ${what} is named with the line of that file`, async (t) => {
    await assert.rejects(load(t, policy), { code: 'CONFIG_INVALID', message })
  })
}

test('waits alone make no witnesses', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(file, '[witnesses]\ninterval = "2s"\n')
  assert.equal(loadConfig(file, {}).witnesses, undefined)
})
