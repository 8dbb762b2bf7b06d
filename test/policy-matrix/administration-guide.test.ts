import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/app/config.ts'
import { OBLIGATIONS } from '../../src/app/obligations.ts'
import { createProgram } from '../../src/cli/program.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { scratch } from '../support/scratch.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/administration.md', import.meta.url), 'utf8')
const blocks = (language: string) =>
  [...GUIDE.matchAll(/```(\w*)\n([\s\S]*?)```/gu)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text)

test('the configuration of the guide is one that is taken', async (t) => {
  const folder = await scratch(t)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(file, blocks('toml').join('\n'))
  const { listen, members, roles } = loadConfig(file, {}, { purpose: 'inspect' })
  assert.equal(listen.admin?.host, '0.0.0.0')
  assert.deepEqual(members.ben?.spaces, { sales: ['admin'] })
  assert.equal(roles.token_keeper?.permissions.length, 2)
})

test('the policy of the guide loads without a warning', () => {
  const [text = ''] = blocks('').filter((block) => block.startsWith('approval'))
  const loaded = loadPolicies([{ file: 'policies/guide.policy', text }], OBLIGATIONS)
  assert.deepEqual(loaded.diagnostics, [])
  assert.ok(loaded.set)
})

test('the commands of the guide are commands', async () => {
  const program = await createProgram()
  const lines = blocks('').flatMap((block) => block.match(/^portcullis .*$/gmu) ?? [])
  assert.ok(lines.length >= 6)
  for (const line of lines) {
    const [, group, name] = line.split(' ')
    const known = program.commands.find((each) => each.name() === group)
    assert.ok(
      known?.commands.some((each) => each.name() === name),
      line,
    )
  }
})
