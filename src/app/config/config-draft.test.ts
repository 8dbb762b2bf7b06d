import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { type DraftPlace, draftConfig } from './config-draft.ts'

const BEFORE = '# ours\n[listen.mcp]\nport = 0 # any\n'
const MORE = '[servers.crm]\ntransport = "stdio"\ncommand = "crm-mcp"\n'

async function place(t: TestContext, text = BEFORE) {
  const folder = await scratch(t)
  const main = join(folder, 'portcullis.toml')
  writeFileSync(main, text)
  const of = (file: string): DraftPlace => ({ main, file, env: {}, purpose: 'run' })
  return { folder, main, of }
}

test('nothing is written before the draft is, and then all of it at once', async (t) => {
  const { folder, main, of } = await place(t)
  chmodSync(main, 0o640)
  const draft = draftConfig(of(main), (text) => `${text}${MORE}`)
  assert.deepEqual(Object.keys(draft.config.servers), ['crm'])
  assert.equal(readFileSync(main, 'utf8'), BEFORE)
  draft.write()
  assert.equal(readFileSync(main, 'utf8'), `${BEFORE}${MORE}`)
  assert.equal(statSync(main).mode & 0o777, 0o640)
  assert.deepEqual(readdirSync(folder), ['portcullis.toml'])
})

test('what a link names is changed, and the link stays', async (t) => {
  const { folder, main, of } = await place(t)
  const link = join(folder, 'link.toml')
  symlinkSync(main, link)
  draftConfig({ ...of(link), main: link }, (text) => `${text}${MORE}`).write()
  assert.equal(readFileSync(main, 'utf8'), `${BEFORE}${MORE}`)
  assert.ok(readdirSync(folder).includes('link.toml'))
})

test('a byte order mark stays where it was, and is no part of the text', async (t) => {
  const { main, of } = await place(t, `\uFEFF${BEFORE}`)
  draftConfig(of(main), (text) => {
    assert.equal(text, BEFORE)
    return `${text}${MORE}`
  }).write()
  assert.equal(readFileSync(main, 'utf8'), `\uFEFF${BEFORE}${MORE}`)
})

test('a file that somebody wrote meanwhile is not overwritten', async (t) => {
  const { main, of } = await place(t)
  const draft = draftConfig(of(main), (text) => `${text}${MORE}`)
  writeFileSync(main, `${BEFORE}# theirs\n`)
  assert.throws(() => draft.write(), { code: 'CONFIG_CHANGED' })
  assert.equal(readFileSync(main, 'utf8'), `${BEFORE}# theirs\n`)
})

test('what would not load is no draft, and is told by file and line', async (t) => {
  const { main, of } = await place(t)
  const bad = () => draftConfig(of(main), (text) => `${text}[servers.crm]\ncommand = 7\n`)
  assert.throws(bad, { code: 'CONFIG_INVALID', message: /portcullis\.toml:4:/ })
  assert.equal(readFileSync(main, 'utf8'), BEFORE)
})

test('the file of a tenant is judged by what the main file allows it', async (t) => {
  const tenants = '[tenants.acme]\nconfig = "acme.toml"\nallowed_commands = ["crm-mcp"]\n'
  const { folder, of } = await place(t, `${BEFORE}${tenants}`)
  const file = join(folder, 'acme.toml')
  writeFileSync(file, 'policy_dir = "policies"\n')
  const { config } = draftConfig(of(file), (text) => `${text}${MORE}`)
  assert.deepEqual(Object.keys(config.tenants.acme?.servers ?? {}), ['crm'])
  const other = MORE.replace('crm-mcp', 'sh')
  const disallowed = () => draftConfig(of(file), (text) => `${text}${other}`)
  assert.throws(disallowed, { code: 'CONFIG_INVALID', message: /allowed_commands/ })
})
