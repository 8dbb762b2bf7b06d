import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { HoverRequest } from 'vscode-languageserver-protocol/node'
import { scratch } from '../support/scratch.ts'
import { startEditor } from './editor-client.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const EXTENSION = join(ROOT, 'editors/vscode')
const MANIFEST = JSON.parse(readFileSync(join(EXTENSION, 'package.json'), 'utf8'))
const NEOVIM = readFileSync(join(ROOT, 'editors/neovim/portcullis.lua'), 'utf8')
const [LANGUAGE] = MANIFEST.contributes.languages
const [GRAMMAR] = MANIFEST.contributes.grammars

test('the manifest names what is there', () => {
  const named = [MANIFEST.main, LANGUAGE.configuration, GRAMMAR.path]
  for (const path of named) assert.ok(existsSync(join(EXTENSION, path)), path)
  const { scopeName } = JSON.parse(readFileSync(join(EXTENSION, GRAMMAR.path), 'utf8'))
  assert.deepEqual([GRAMMAR.scopeName, GRAMMAR.language], [scopeName, LANGUAGE.id])
  assert.deepEqual(LANGUAGE.extensions, ['.policy'])
})

interface Started {
  readonly server: { readonly command: string; readonly args: readonly string[] }
  readonly client: {
    readonly documentSelector: readonly { readonly language: string }[]
    readonly initializationOptions: unknown
  }
}

/** Activates the extension in an editor that has these settings. */
async function activate(settings: Readonly<Record<string, unknown>>): Promise<Started> {
  const started: Started[] = []
  class LanguageClient {
    constructor(...[, , server, client]: [string, string, Started['server'], Started['client']]) {
      started.push({ server, client })
    }
    async start() {
      // The test starts the server itself.
    }
  }
  const modules: Readonly<Record<string, unknown>> = {
    vscode: { workspace: { getConfiguration: () => ({ get: (key: string) => settings[key] }) } },
    'vscode-languageclient/node': { LanguageClient, TransportKind: { stdio: 0 } },
  }
  const exported: { activate?: () => Promise<void> } = {}
  const source = readFileSync(join(EXTENSION, MANIFEST.main), 'utf8')
  new Function('require', 'exports', source)((name: string) => modules[name], exported)
  await exported.activate?.()
  const [only] = started
  assert.ok(only !== undefined)
  return only
}

test('the extension starts a server that answers', async (t) => {
  const folder = await scratch(t)
  const command = [process.execPath, join(ROOT, 'bin/portcullis.js')]
  const { server, client } = await activate({ command, policyDirectory: 'rules' })
  assert.deepEqual(client.initializationOptions, { policyDirectory: 'rules' })
  assert.deepEqual(client.documentSelector, [{ language: LANGUAGE.id }])
  // What the client library adds for this transport.
  const run = [server.command, ...server.args, '--stdio']
  const { connection, open } = await startEditor(t, { folder, command: run })
  const uri = open(join(folder, 'p.policy'), 'policy p {}')
  const textDocument = { uri }
  const position = { line: 0, character: 1 }
  const hover = await connection.sendRequest(HoverRequest.type, { textDocument, position })
  assert.match(JSON.stringify(hover?.contents), /named block of rules/)
})

test('without settings the program on the path is run', async () => {
  const { server, client } = await activate({})
  assert.deepEqual([server.command, server.args], ['portcullis', ['policy', 'lsp']])
  assert.deepEqual(client.initializationOptions, { policyDirectory: undefined })
})

test('Neovim is told the same language and the same command', () => {
  assert.ok(NEOVIM.includes(`local LANGUAGE = '${LANGUAGE.id}'`))
  assert.ok(NEOVIM.includes("cmd = { 'portcullis', 'policy', 'lsp', '--stdio' }"))
  assert.ok(NEOVIM.includes('extension = { policy = LANGUAGE }'))
})
