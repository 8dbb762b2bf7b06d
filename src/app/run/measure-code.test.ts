import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { measureCode } from './measure-code.ts'

async function folder(t: TestContext, files: Readonly<Record<string, string>>) {
  const path = realpathSync(await scratch(t))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), text)
    chmodSync(join(path, name), 0o755)
  }
  return path
}

const env = { PATH: '/usr/bin:/bin' }
const names = ({ files }: { readonly files: readonly string[] }) => files.map((f) => basename(f))
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

test('the program and its script are measured, and not what is handed to them', async (t) => {
  const path = await folder(t, { 'agent.py': 'print()', 'data.csv': '1' })
  const [script, data] = [join(path, 'agent.py'), join(path, 'data.csv')]
  const measured = measureCode(['sh', '-x', script, data], { more: [], env })
  assert.deepEqual(measured.files.slice(1), [script])
  const lines = measured.files.map((file) => `${sha256(readFileSync(file))}  -\n`)
  assert.equal(measured.digest, `sha256:${sha256(lines.join(''))}`)
})

test('files that are named beside it belong to its code', async (t) => {
  const path = await folder(t, { 'agent.py': 'print()', 'module.py': '1' })
  const [script, module] = [join(path, 'agent.py'), join(path, 'module.py')]
  const one = measureCode(['sh', script], { more: [], env })
  const both = measureCode(['sh', script], { more: [module], env })
  assert.deepEqual(names(both).slice(1), ['agent.py', 'module.py'])
  assert.notEqual(one.digest, both.digest)
})

test('the interpreters of a script are measured with it, through env too', async (t) => {
  const path = await folder(t, { agent: '#!/usr/bin/env sh\nexit\n' })
  const { file, files } = measureCode([join(path, 'agent')], { more: [], env })
  assert.equal(file, join(path, 'agent'))
  assert.deepEqual(files.slice(0, 2), [join(path, 'agent'), realpathSync('/usr/bin/env')])
  assert.equal(files[2], realpathSync('/bin/sh'))
})

test('one byte of code makes another digest', async (t) => {
  const path = await folder(t, { 'agent.py': 'print(1)' })
  const command = ['sh', join(path, 'agent.py')]
  const before = measureCode(command, { more: [], env }).digest
  writeFileSync(join(path, 'agent.py'), 'print(2)')
  assert.notEqual(measureCode(command, { more: [], env }).digest, before)
})

const ABSENT: readonly [title: string, command: readonly string[], more: readonly string[]][] = [
  ['a program that is not there', ['no-such-program'], []],
  ['a path that is no program', ['/etc/passwd'], []],
  ['nothing', [], []],
  ['a file of code that is not there', ['sh'], ['/no/such/file']],
]

for (const [title, command, more] of ABSENT) {
  test(`${title} cannot be measured`, () => {
    assert.throws(() => measureCode(command, { more, env }), { code: 'LAUNCH_FAILED' })
  })
}

test('a folder of the search path that is relative is not searched', async (t) => {
  const path = await folder(t, { tool: '#!/bin/sh\n' })
  const relative = { PATH: `.:${path}` }
  assert.equal(measureCode(['tool'], { more: [], env: relative }).file, join(path, 'tool'))
  assert.throws(() => measureCode(['tool'], { more: [], env: { PATH: '.' } }))
})
