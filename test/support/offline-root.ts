import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { KeyList } from '../../src/client/admin-client.ts'
import { runShell } from './guide.ts'
import { startPortcullis } from './run-portcullis.ts'
import { scratch } from './scratch.ts'

/** A starter that runs, with its root moved out of reach: to the folder where signing is. */
export async function offlineRoot(t: TestContext, { running = true } = {}) {
  const folder = await scratch(t)
  await runShell('portcullis init gate', folder)
  const cwd = join(folder, 'gate')
  const config = join(cwd, 'portcullis.toml')
  const text = readFileSync(config, 'utf8').replace('[keys]\n', '[keys]\noverlap = "0s"\n')
  writeFileSync(config, text)
  const env = { PORTCULLIS_LISTEN_MCP_PORT: '0' }
  const up = startPortcullis(t, ['up', '--json'], { cwd, env })
  const { address } = JSON.parse(await up.line())
  const shell = (lines: string) => runShell(lines, cwd)
  await shell('mv .portcullis/root.pem root.pem; cp .portcullis/root.pem.pub root.pem.pub')
  if (!running) {
    up.child.kill('SIGTERM')
    await up.ended
  }
  const list = async (): Promise<KeyList> => JSON.parse(await shell('portcullis keys list --json'))
  const states = async () => (await list()).keys.map(({ state }) => state)
  return { cwd, address, shell, list, states }
}
