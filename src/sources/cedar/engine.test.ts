import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { ERRORS } from '../../kernel/errors.ts'
import { loadCedarEngine } from './engine.ts'

test('without the package the error says what to install', () => {
  const elsewhere = pathToFileURL(join(tmpdir(), 'nowhere', 'module.js')).href
  assert.throws(() => loadCedarEngine(elsewhere), { code: 'CEDAR_MISSING' })
  assert.match(ERRORS.CEDAR_MISSING.remedy, /npm install @cedar-policy\/cedar-wasm/)
})

test('the package that is installed has all that is called', () => {
  const engine = loadCedarEngine()
  const called = ['policyToJson', 'schemaToJson', 'validate', 'preparsePolicySet'] as const
  for (const name of called) assert.equal(typeof engine[name], 'function', name)
})
