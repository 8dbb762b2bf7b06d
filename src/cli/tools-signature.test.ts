import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { toolsCommand } from './tools.ts'

const VECTORS = resolve(import.meta.dirname, '../../test/conformance/schemapin-vectors')

test('a signature that does not hold is told by the exit code', async () => {
  const verify = ['tools', 'verify-signature', '--domain', 'example.com']
  const document = ['--document', join(VECTORS, 'python-well-known.json')]
  const other = [...verify, ...document, join(VECTORS, 'go-signed.json'), '--json']
  const wrong = await runPortcullis(other)
  assert.equal(wrong.exit, 1)
  const { ok, tools } = JSON.parse(wrong.stdout)
  assert.deepEqual([ok, tools[0].verification.code], [false, 'signature_invalid'])
})

test('signing asks for key, domain and developer', () => {
  const sign = toolsCommand().commands.find((each) => each.name() === 'sign')
  const asked = sign?.options.filter(({ mandatory }) => mandatory).map(({ long }) => long)
  assert.deepEqual(asked, ['--key', '--domain', '--developer'])
})
