import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type {
  CancellationToken,
  Connection,
  InitializeParams,
  InitializeResult,
} from 'vscode-languageserver/node'
import {
  createConnection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { FolderPorts } from './policy-folder.ts'
import { PolicyWorkspace } from './policy-workspace.ts'
import { diagnosticOf } from './protocol-shapes.ts'
import * as requests from './requests.ts'

/** How long nothing must be typed before the set is checked, in milliseconds. */
export const QUIET_MS = 120

export interface LanguageServerOptions extends FolderPorts {
  readonly version: string
  /** Where the policies of a folder are, if anywhere; throws when its configuration is wrong. */
  readonly policyDirectory: (folder: string, named?: string) => string | undefined
}

export interface Streams {
  readonly input: Readable
  readonly output: Writable
}

/**
 * Serves editors over the language server protocol 3.17. The process ends when the client says so,
 * or goes away.
 */
export function serveLanguage({ input, output }: Streams, options: LanguageServerOptions): void {
  new LanguageServer(createConnection(input, output), options).listen()
}

class LanguageServer {
  private readonly connection: Connection
  private readonly options: LanguageServerOptions
  private readonly documents = new TextDocuments(TextDocument)
  private readonly workspace: PolicyWorkspace
  /** Files that the client shows diagnostics of. */
  private shown: ReadonlySet<string> = new Set()
  private timer: NodeJS.Timeout | undefined
  private snippets = false
  private watches = false

  constructor(connection: Connection, options: LanguageServerOptions) {
    this.connection = connection
    this.options = options
    this.workspace = new PolicyWorkspace(this.documents, options)
  }

  listen(): void {
    const { connection, documents } = this
    connection.onInitialize((params) => this.initialize(params))
    connection.onInitialized(() => this.watch())
    connection.onDidChangeWatchedFiles(() => this.refresh())
    connection.onShutdown(() => clearTimeout(this.timer))
    documents.onDidChangeContent(() => this.changed())
    documents.onDidSave(() => this.refresh())
    documents.onDidClose(() => this.refresh())
    this.answer()
    documents.listen(connection)
    connection.listen()
  }

  private initialize(params: InitializeParams): InitializeResult {
    const { textDocument, workspace } = params.capabilities ?? {}
    this.snippets = textDocument?.completion?.completionItem?.snippetSupport === true
    this.watches = workspace?.didChangeWatchedFiles?.dynamicRegistration === true
    this.workspace.open(this.directories(params))
    return {
      serverInfo: { name: 'portcullis', version: this.options.version },
      capabilities: {
        textDocumentSync: {
          ...{ openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        },
        hoverProvider: true,
        completionProvider: { triggerCharacters: ['.', '"', '@', '('] },
        definitionProvider: true,
        referencesProvider: true,
        documentSymbolProvider: true,
        documentFormattingProvider: true,
      },
    }
  }

  /** The directory that the client names, or those of the folders that it has open. */
  private directories(params: InitializeParams): readonly string[] {
    const { policyDirectory } = requests.initialOptions(params.initializationOptions)
    const rootUri = params.rootUri ?? undefined
    const root = rootUri === undefined ? [] : [{ uri: rootUri }]
    const folders = (params.workspaceFolders ?? root).filter(({ uri }) => uri.startsWith('file:'))
    return folders.flatMap(({ uri }) => {
      const folder = fileURLToPath(uri)
      try {
        return this.options.policyDirectory(folder, policyDirectory) ?? []
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.connection.console.warn(`the policies of ${folder} are not known: ${reason}`)
        return []
      }
    })
  }

  private watch(): void {
    this.changed()
    if (!this.watches) return
    const watchers = ['**/*.policy'].map((globPattern) => ({ globPattern }))
    const registered = this.connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers,
    })
    registered.catch((error: Error) => this.connection.console.warn(error.message))
  }

  private answer(): void {
    const { connection } = this
    connection.onHover((params, token) => this.ask(params, token, requests.hover))
    connection.onDefinition((params, token) => this.ask(params, token, requests.definition))
    connection.onReferences((params, token) => this.ask(params, token, requests.references))
    connection.onDocumentSymbol((params, token) => this.ask(params, token, requests.symbols))
    connection.onDocumentFormatting((params, token) => this.ask(params, token, requests.format))
    connection.onCompletion((params, token) =>
      this.ask(params, token, requests.completion(this.snippets)),
    )
  }

  /** A request waits for its turn, so that one that is cancelled meanwhile costs nothing. */
  private async ask<P, R>(params: P, token: CancellationToken, request: requests.Request<P, R>) {
    await new Promise((resolve) => setImmediate(resolve))
    if (token.isCancellationRequested)
      return new ResponseError<void>(LSPErrorCodes.RequestCancelled, 'cancelled')
    const uri = requests.uriOf(params)
    if (uri === undefined)
      return new ResponseError<void>(ErrorCodes.InvalidParams, '`textDocument` has no `uri`')
    const file = this.workspace.find(uri)
    if (file === undefined)
      return new ResponseError<void>(ErrorCodes.InvalidParams, `\`${uri}\` is not open`)
    return request(file, params)
  }

  private refresh(): void {
    this.workspace.refresh()
    this.changed()
  }

  private changed(): void {
    this.workspace.changed()
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.diagnoseSafely(), QUIET_MS)
  }

  /** Outside of a request nobody else would catch it, and the editor would lose its server. */
  private diagnoseSafely(): void {
    try {
      this.diagnose()
    } catch (error) {
      const reason = error instanceof Error ? error.stack : error
      this.connection.console.error(`the policies could not be checked: ${reason}`)
    }
  }

  private diagnose(): void {
    const found = this.workspace.diagnose()
    for (const uri of new Set([...this.shown, ...found.keys()])) {
      const version = this.documents.get(uri)?.version
      const diagnostics = (found.get(uri) ?? []).map(diagnosticOf)
      const known = version === undefined ? {} : { version }
      const sent = this.connection.sendDiagnostics({ uri, diagnostics, ...known })
      sent.catch((error: Error) => this.connection.console.warn(error.message))
    }
    this.shown = new Set(found.keys())
  }
}
