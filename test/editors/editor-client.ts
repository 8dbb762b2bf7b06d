import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type {
  DidChangeWatchedFilesRegistrationOptions,
  InitializeParams,
  ProtocolConnection,
  PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol/node'
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node'

const LAUNCHER = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))

/** An editor that runs `portcullis policy lsp` in a folder. */
export interface Editor {
  readonly connection: ProtocolConnection
  readonly child: ChildProcess
  /** What the server wrote that is not of the protocol. */
  errors(): string
  open(path: string, text: string): string
  change(uri: string, text: string, version: number): void
  /** The patterns of the files that the server wants to hear of. */
  readonly watched: Promise<readonly string[]>
  /** The next diagnostics of a file, of a version where one is named. */
  diagnostics(uri: string, version?: number): Promise<PublishDiagnosticsParams>
}

export interface EditorOptions {
  readonly folder: string
  readonly initializationOptions?: unknown
  readonly snippets?: boolean
  /** The editor can tell of files that change on the disk. */
  readonly watches?: boolean
  /** What is run, if not `portcullis policy lsp --stdio`. */
  readonly command?: readonly string[]
}

export async function startEditor(t: TestContext, options: EditorOptions): Promise<Editor> {
  const { PATH, HOME } = process.env
  const { command = [process.execPath, LAUNCHER, 'policy', 'lsp', '--stdio'] } = options
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: options.folder,
    env: { PATH, HOME },
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  )
  const waiting = new Set<(params: PublishDiagnosticsParams) => void>()
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    for (const take of waiting) take(params)
  })
  const watched = new Promise<readonly string[]>((resolve) => {
    connection.onRequest(RegistrationRequest.type, ({ registrations }) => {
      resolve(registrations.flatMap(({ registerOptions }) => patternsOf(registerOptions)))
    })
  })
  connection.listen()
  t.after(async () => {
    connection.dispose()
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  })
  await connection.sendRequest(InitializeRequest.type, parameters(options))
  await connection.sendNotification(InitializedNotification.type, {})
  return {
    ...{ connection, child, watched, errors: () => errors },
    open(path, text) {
      const uri = pathToFileURL(path).href
      const textDocument = { uri, languageId: 'portcullis-policy', version: 1, text }
      void connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument })
      return uri
    },
    change(uri, text, version) {
      const textDocument = { uri, version }
      const contentChanges = [{ text }]
      const changed = { textDocument, contentChanges }
      void connection.sendNotification(DidChangeTextDocumentNotification.type, changed)
    },
    diagnostics: (uri, version) =>
      new Promise((resolve) => {
        const take = (params: PublishDiagnosticsParams) => {
          if (params.uri !== uri || (version !== undefined && params.version !== version)) return
          waiting.delete(take)
          resolve(params)
        }
        waiting.add(take)
      }),
  }
}

function patternsOf(options: DidChangeWatchedFilesRegistrationOptions): readonly string[] {
  return options.watchers.map(({ globPattern }) => String(globPattern))
}

function parameters(options: EditorOptions): InitializeParams {
  const { folder, initializationOptions, snippets, watches } = options
  const completionItem = { snippetSupport: snippets ?? false }
  return {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'gate' }],
    capabilities: {
      textDocument: { completion: { completionItem } },
      workspace: { didChangeWatchedFiles: { dynamicRegistration: watches ?? false } },
    },
    initializationOptions,
  }
}
