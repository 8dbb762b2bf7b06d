import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { loadConfig } from '../config.ts'
import { environmentFile, importServers, writeImported } from './import-servers.ts'

const CURSOR = JSON.stringify({
  mcpServers: {
    crm: { command: 'crm-mcp', env: { KEY: "it's secret" } },
    gate: { command: '/usr/bin/portcullis', args: ['mcp', 'stdio'] },
  },
})

async function project(t: Parameters<typeof scratch>[0], config: string) {
  const folder = await scratch(t)
  mkdirSync(join(folder, '.cursor'))
  writeFileSync(join(folder, '.cursor', 'mcp.json'), CURSOR)
  const file = join(folder, 'portcullis.toml')
  writeFileSync(file, config)
  return { project: folder, config: file, from: 'cursor' as const }
}

test('what is written loads, with its secrets beside it for their owner alone', async (t) => {
  const request = await project(t, '[listen.mcp]\nport = 0\n')
  const imported = importServers(request)
  assert.deepEqual(
    imported.left.map(({ name }) => name),
    ['gate'],
  )
  writeImported(imported, request.config)
  const file = environmentFile(request.config)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(readFileSync(file, 'utf8'), "CRM_KEY='it'\\''s secret'\n")
  assert.doesNotMatch(readFileSync(request.config, 'utf8'), /secret/)
  const { crm } = loadConfig(request.config, { CRM_KEY: "it's secret" }).servers
  assert.equal(crm?.transport === 'stdio' && crm.env.KEY, "it's secret")
  // A second time nothing is overwritten: the names are taken.
  assert.deepEqual(
    importServers(request).servers.map(({ as }) => as),
    ['crm-2'],
  )
})

test('a configuration that would not load stays as it was', async (t) => {
  const broken = '[listen.mcp]\nport = "many"\n'
  const request = await project(t, '[listen.mcp]\nport = 0\n')
  const imported = importServers(request)
  writeFileSync(request.config, broken)
  assert.throws(() => writeImported(imported, request.config), { code: 'CONFIG_INVALID' })
  assert.equal(readFileSync(request.config, 'utf8'), broken)
})

test('where no client is, it is told where was looked', async (t) => {
  const request = { ...(await project(t, '')), file: 'nowhere.json' }
  assert.throws(() => importServers(request), { code: 'IMPORT_NOTHING', message: /nowhere\.json/ })
})
