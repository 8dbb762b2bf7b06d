import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inMemoryLog } from '../../test/support/in-memory-head-source.ts'
import { runPortcullis, startPortcullis } from '../../test/support/run-portcullis.ts'
import { submit } from '../../test/support/running-witness.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY } from '../../test/support/sample-log.ts'
import { scratch } from '../../test/support/scratch.ts'
import { checkShape } from '../app/config/check-shape.ts'
import { ConfigSchema } from '../app/config/config-schema.ts'
import { parseTomlTree } from '../app/config/toml-tree.ts'
import { ERRORS } from '../kernel/errors.ts'
import { parseCosignerKey } from '../kernel/tlog/cosignature.ts'
import { witnessCommand } from './witness.ts'

const FILES = ['witness', '--key', 'witness.pem', '--state', 'witness.db']
const FIRST = [...FILES, '--name', 'w.example/w', '--listen', '127.0.0.1:0', '--json']

test('a witness says where it answers and what it signs with, and ends in order', async (t) => {
  const cwd = await scratch(t)
  const running = startPortcullis(t, [...FIRST, '--log', SAMPLE_VKEY], { cwd })
  const facts = JSON.parse(await running.line())
  assert.deepEqual([facts.name, facts.origins], ['w.example/w', [SAMPLE_ORIGIN]])
  assert.deepEqual(
    facts.vkeys.map((vkey: string) => parseCosignerKey(vkey).algorithm),
    ['ed25519', 'ml-dsa-44'],
  )
  assert.equal((await submit(facts, inMemoryLog(5), [0, 5])).status, 200)
  running.child.kill('SIGTERM')
  const { exit, stderr } = await running.ended
  assert.equal(exit, 0)
  const [line = ''] = stderr.trim().split('\n')
  const { event, origin, size } = JSON.parse(line)
  assert.deepEqual([event, origin, size], ['witness.cosigned', SAMPLE_ORIGIN, 5])
})

test('the logs of a policy are watched too', async (t) => {
  const cwd = await scratch(t)
  writeFileSync(join(cwd, 'logs.policy'), `log ${SAMPLE_VKEY}\nquorum none\n`)
  const running = startPortcullis(t, [...FIRST, '--policy', 'logs.policy'], { cwd })
  assert.deepEqual(JSON.parse(await running.line()).origins, [SAMPLE_ORIGIN])
})

const WRONG: Record<string, [args: readonly string[], code: string]> = {
  'no log': [FIRST, 'WITNESS_LOG_UNKNOWN'],
  'no name at its first start': [[...FILES, '--json', '--log', SAMPLE_VKEY], 'KEYS_INCOMPLETE'],
  'a broken key of a log': [[...FIRST, '--log', `${SAMPLE_VKEY}x`], 'VKEY_INVALID'],
  'a policy that is not there': [[...FIRST, '--policy', 'none'], 'FILE_UNREADABLE'],
}

for (const [what, [args, code]] of Object.entries(WRONG)) {
  test(`a witness does not start with ${what}`, async (t) => {
    const { exit, stdout } = await runPortcullis(args, { cwd: await scratch(t) })
    assert.deepEqual([exit, JSON.parse(stdout).error.code], [2, code])
  })
}

const GUIDE = readFileSync(new URL('../../docs/guide/witnesses.md', import.meta.url), 'utf8')

test('the guide names options, keys and codes that there are', () => {
  const help = witnessCommand().helpInformation()
  const [call = ''] = /^portcullis witness(?:.*\\\n)*.*$/m.exec(GUIDE) ?? []
  const options = call.match(/--[a-z]+/g) ?? []
  assert.ok(options.length >= 5)
  for (const option of options) assert.ok(help.includes(option), option)
  const codes = GUIDE.match(/\b(?:WITNESS|FINALITY)_[A-Z_]+/g) ?? []
  assert.ok(codes.length >= 8)
  for (const code of codes) assert.ok(code in ERRORS, code)
  const [, block = ''] = /```toml\n([^`]*)```/.exec(GUIDE) ?? []
  const { problems } = checkShape(parseTomlTree(block), ConfigSchema)
  assert.deepEqual(problems, [])
})

test('an address that is none is a mistake of the call', async (t) => {
  const args = [...FILES, '--listen', 'nowhere', '--log', SAMPLE_VKEY]
  assert.equal((await runPortcullis(args, { cwd: await scratch(t) })).exit, 2)
})
