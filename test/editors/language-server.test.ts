import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import type { PublishDiagnosticsParams } from 'vscode-languageserver-protocol/node'
import {
  CompletionRequest,
  DefinitionRequest,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidSaveTextDocumentNotification,
  DocumentFormattingRequest,
  DocumentSymbolRequest,
  ErrorCodes,
  ExitNotification,
  FileChangeType,
  HoverRequest,
  LSPErrorCodes,
  ReferencesRequest,
  ShutdownRequest,
} from 'vscode-languageserver-protocol/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { runPortcullis } from '../support/run-portcullis.ts'
import { scratch } from '../support/scratch.ts'
import { type Editor, type EditorOptions, startEditor } from './editor-client.ts'

const VOCABULARY = `order level { low < high }
type user { clearance: level }
class bulk = [crm.export]
`
const SALES = `policy sales {
  allow: bulk if user.clearance >= "high"
}
`

interface Bench extends Editor {
  readonly at: (name: string) => string
}

/** A folder with two policies, and an editor in it. */
async function bench(t: TestContext, options: Partial<EditorOptions> = {}): Promise<Bench> {
  const folder = await scratch(t)
  const at = (name: string) => join(folder, 'policies', name)
  mkdirSync(at('.'))
  writeFileSync(
    join(folder, 'portcullis.toml'),
    '[roles.sales]\n[agents.sales]\nroles = ["sales"]\n',
  )
  writeFileSync(at('vocabulary.policy'), VOCABULARY)
  writeFileSync(at('sales.policy'), SALES)
  return { ...(await startEditor(t, { folder, ...options })), at }
}

/** Where `needle` begins in `SALES`, and a little into it. */
function place(uri: string, needle: string, text = SALES) {
  const document = TextDocument.create(uri, '', 0, text)
  const position = document.positionAt(text.indexOf(needle) + 1)
  return { textDocument: { uri }, position }
}

function shown({ diagnostics }: PublishDiagnosticsParams) {
  return diagnostics.map(({ range, severity, code, message }) => {
    const { line, character } = range.start
    return [line, character, range.end.character - character, severity, code, message]
  })
}

const CLOSE_IT = 'hint: close it with `"`; a new line in it is written `\\n`'

test('a session: mistakes, hints, completion, definitions, formatting, the end', async (t) => {
  const { connection, at, child, open, change, diagnostics, errors } = await bench(t)
  const uri = pathToFileURL(at('sales.policy')).href
  const first = diagnostics(uri, 1)
  open(at('sales.policy'), SALES)
  assert.deepEqual((await first).diagnostics, [])

  const hover = await connection.sendRequest(HoverRequest.type, place(uri, '"high"'))
  assert.match(JSON.stringify(hover?.contents), /label 2 of 2 of the order `level`/)

  const [definition] = [
    await connection.sendRequest(DefinitionRequest.type, place(uri, 'bulk')),
  ].flat()
  const vocabulary = pathToFileURL(at('vocabulary.policy')).href
  assert.deepEqual(definition, {
    uri: vocabulary,
    range: { start: { line: 2, character: 6 }, end: { line: 2, character: 10 } },
  })

  const context = { includeDeclaration: true }
  const found = await connection.sendRequest(ReferencesRequest.type, {
    ...place(uri, 'bulk'),
    context,
  })
  assert.deepEqual(found?.map((it) => it.uri).sort(), [uri, vocabulary])

  const half = SALES.replace('"high"', '"')
  const mistaken = diagnostics(uri, 2)
  change(uri, half, 2)
  assert.deepEqual(shown(await mistaken), [
    [1, 35, 1, 1, 'POLICY_INVALID', `string never ends on its line\n${CLOSE_IT}`],
  ])
  const items = await connection.sendRequest(CompletionRequest.type, {
    textDocument: { uri },
    position: { line: 1, character: 36 },
  })
  assert.deepEqual(
    [items].flat().map((item) => item && 'label' in item && item.label),
    ['low', 'high'],
  )
  const untouched = { textDocument: { uri }, options: { tabSize: 2, insertSpaces: true } }
  assert.deepEqual(await connection.sendRequest(DocumentFormattingRequest.type, untouched), [])

  const ugly = SALES.replace('allow:', ' allow :')
  change(uri, ugly, 3)
  const edits = await connection.sendRequest(DocumentFormattingRequest.type, untouched)
  assert.equal(TextDocument.applyEdits(TextDocument.create(uri, '', 3, ugly), edits ?? []), SALES)

  const symbols = await connection.sendRequest(DocumentSymbolRequest.type, {
    textDocument: { uri },
  })
  assert.deepEqual(
    symbols?.map(({ name }) => name),
    ['sales'],
  )

  await connection.sendRequest(ShutdownRequest.type)
  const ended = once(child, 'close')
  await connection.sendNotification(ExitNotification.type)
  assert.deepEqual(await ended, [0, null])
  assert.equal(errors(), '')
})

test('all files are one set: what is typed in one is a mistake in another', async (t) => {
  const { at, open, change, diagnostics } = await bench(t)
  const sales = pathToFileURL(at('sales.policy')).href
  const uri = open(at('vocabulary.policy'), VOCABULARY)
  const other = diagnostics(sales)
  change(uri, VOCABULARY.replace('class bulk', 'class bulky'), 2)
  const [diagnostic] = shown(await other)
  const said = 'unknown operation `bulk`\nhint: did you mean `bulky`?'
  assert.deepEqual(diagnostic, [1, 9, 4, 1, 'POLICY_INVALID', said])
  const mended = diagnostics(sales)
  change(uri, VOCABULARY, 3)
  assert.deepEqual(shown(await mended), [])
})

test('what is doubtful is a warning', async (t) => {
  const { at, open, diagnostics } = await bench(t)
  const uri = pathToFileURL(at('sales.policy')).href
  const found = diagnostics(uri, 1)
  open(at('sales.policy'), 'policy sales { allow: * }')
  const said = 'this allows every operation there will ever be'
  assert.deepEqual(shown(await found), [[0, 22, 1, 2, 'policy.doubtful', said]])
})

test('what is saved elsewhere is read when a file is saved or closed', async (t) => {
  const { at, connection, open, diagnostics } = await bench(t)
  const uri = pathToFileURL(at('sales.policy')).href
  const opened = diagnostics(uri, 1)
  open(at('sales.policy'), SALES)
  await opened
  writeFileSync(at('vocabulary.policy'), VOCABULARY.replace('class bulk', 'class bulky'))
  const saved = diagnostics(uri, 1)
  await connection.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri } })
  assert.equal((await saved).diagnostics.length, 1)
  writeFileSync(at('vocabulary.policy'), VOCABULARY)
  const closed = diagnostics(uri)
  await connection.sendNotification(DidCloseTextDocumentNotification.type, {
    textDocument: { uri },
  })
  assert.deepEqual((await closed).diagnostics, [])
})

test('a client that watches files is asked to, and what it tells of is read', async (t) => {
  const { at, connection, open, diagnostics, watched } = await bench(t, { watches: true })
  assert.deepEqual(await watched, ['**/*.policy'])
  const uri = pathToFileURL(at('sales.policy')).href
  const opened = diagnostics(uri, 1)
  open(at('sales.policy'), SALES)
  await opened
  rmSync(at('vocabulary.policy'))
  const told = diagnostics(uri, 1)
  const gone = pathToFileURL(at('vocabulary.policy')).href
  await connection.sendNotification(DidChangeWatchedFilesNotification.type, {
    changes: [{ uri: gone, type: FileChangeType.Deleted }],
  })
  assert.match(String(shown(await told)[0]), /unknown operation `bulk`/)
})

test('a file outside of the directory is a set of its own', async (t) => {
  const { at, open, diagnostics } = await bench(t)
  const uri = pathToFileURL(at('../draft.policy')).href
  const found = diagnostics(uri, 1)
  open(at('../draft.policy'), 'policy sales { allow: bulk }')
  assert.match(String(shown(await found)[0]), /unknown operation `bulk`/)
})

test('the directory may be named by the client', async (t) => {
  const { at, open, diagnostics } = await bench(t, {
    initializationOptions: { policyDirectory: 'rules' },
  })
  const uri = pathToFileURL(at('sales.policy')).href
  const found = diagnostics(uri, 1)
  open(at('sales.policy'), SALES)
  assert.match(String(shown(await found)[0]), /unknown operation `bulk`/)
})

test('snippets are offered to clients that know them', async (t) => {
  for (const snippets of [true, false]) {
    const { at, connection, open } = await bench(t, { snippets })
    const uri = open(at('new.policy'), 'pol')
    const items = await connection.sendRequest(CompletionRequest.type, {
      ...{ textDocument: { uri }, position: { line: 0, character: 3 } },
    })
    const policy = [items].flat().find((item) => item && 'label' in item && item.label === 'policy')
    const written = snippets ? 'policy ${1:name} {\n  $0\n}' : 'policy'
    assert.deepEqual(policy && 'textEdit' in policy && policy.textEdit, {
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 3 } },
      newText: written,
    })
  }
})

/** Messages as they are on the wire, in one piece, and the answer to the one with the id `raw`. */
function exchange({ child }: Editor, messages: readonly object[]): Promise<unknown> {
  const frames = messages.map((message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  })
  child.stdin?.write(frames.join(''))
  let read = ''
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk) => {
      read += chunk
      const answer = /\{"jsonrpc":"2\.0","id":"raw".*?\}(?=Content-Length|$)/u.exec(read)
      if (answer !== null) resolve(JSON.parse(answer[0]))
    })
  })
}

test('a request that is cancelled is answered as cancelled', async (t) => {
  const editor = await bench(t)
  const { at, connection, open } = editor
  const uri = open(at('sales.policy'), SALES)
  assert.ok(await connection.sendRequest(HoverRequest.type, place(uri, 'bulk')))
  const answer = await exchange(editor, [
    { id: 'raw', method: 'textDocument/hover', params: place(uri, 'bulk') },
    { method: '$/cancelRequest', params: { id: 'raw' } },
  ])
  const error = { code: LSPErrorCodes.RequestCancelled, message: 'cancelled' }
  assert.deepEqual(answer, { jsonrpc: '2.0', id: 'raw', error })
  assert.ok(await connection.sendRequest(HoverRequest.type, place(uri, 'bulk')))
})

const NONSENSE: readonly (readonly [what: string, params: (uri: string) => object])[] = [
  ['of a file that is not open', () => place('file:///gone.policy', 'bulk')],
  ['without a file', (uri) => ({ position: place(uri, 'bulk').position })],
  ['without anything', () => ({})],
  ['at no position', (uri) => ({ textDocument: { uri }, position: { line: -1, character: 'x' } })],
]

test('a request that makes no sense is an error, and the next is answered', async (t) => {
  const { at, connection, open } = await bench(t)
  const uri = open(at('sales.policy'), SALES)
  for (const [what, params] of NONSENSE) {
    const asked = connection.sendRequest('textDocument/hover', params(uri))
    await assert.rejects(asked, { code: ErrorCodes.InvalidParams }, what)
    assert.ok(await connection.sendRequest(HoverRequest.type, place(uri, 'bulk')))
  }
  await connection.sendNotification('textDocument/didOpen', { nothing: 1 })
  await connection.sendNotification('textDocument/didChange', { textDocument: { uri } })
  await connection.sendNotification('textDocument/didClose', {})
  assert.ok(await connection.sendRequest(HoverRequest.type, place(uri, 'bulk')))
})

test('a file beyond the bound is refused in a sentence, and other files are served', async (t) => {
  const { at, connection, open, diagnostics } = await bench(t)
  const uri = pathToFileURL(at('huge.policy')).href
  const found = diagnostics(uri, 1)
  open(at('huge.policy'), '\n'.repeat(1_048_577))
  assert.match(String(shown(await found)[0]), /file is longer than 1048576 characters/)
  const sales = open(at('sales.policy'), SALES)
  assert.ok(await connection.sendRequest(HoverRequest.type, place(sales, 'bulk')))
})

test('the server ends with its client', async (t) => {
  const { child } = await bench(t)
  const ended = once(child, 'close')
  child.stdin?.end()
  assert.deepEqual(await ended, [1, null])
})

test('without `--stdio` it says how it is started', async () => {
  const { exit, stderr } = await runPortcullis(['policy', 'lsp'])
  assert.match(stderr, /an editor starts this with `--stdio`/)
  assert.equal(exit, 2)
})
