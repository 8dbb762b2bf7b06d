import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { loadConfig } from '../../src/app/config.ts'
import { PortcullisError } from '../../src/kernel/errors.ts'
import { scratch } from './scratch.ts'

/** Writes a configuration and loads it. */
export async function loadText(
  t: TestContext,
  text: string | Uint8Array,
  env: NodeJS.ProcessEnv = {},
) {
  const folder = await scratch(t)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(file, text)
  return { folder, config: loadConfig(file, env) }
}

/** The error with the scratch folder taken out of its places. */
export async function refusal(
  t: TestContext,
  text: string | Uint8Array,
  env: NodeJS.ProcessEnv = {},
) {
  try {
    await loadText(t, text, env)
  } catch (error) {
    assert.ok(error instanceof PortcullisError)
    const message = error.message.replaceAll(/\/[\w./-]{1,200}\/(?=portcullis\.toml)/g, '')
    return { code: error.code, message: message.replace(/^.*\n/, '') }
  }
  assert.fail('the configuration was accepted')
}
