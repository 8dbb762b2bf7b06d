// The client of `portcullis policy lsp`: everything that it knows, the server knows.
const { workspace } = require('vscode')
const { LanguageClient, TransportKind } = require('vscode-languageclient/node')

const LANGUAGE = 'portcullis-policy'

/** @type {import('vscode-languageclient/node').LanguageClient | undefined} */
let client

exports.activate = async () => {
  const settings = workspace.getConfiguration('portcullis')
  const [command = 'portcullis', ...first] = settings.get('command') ?? []
  const policyDirectory = settings.get('policyDirectory') || undefined
  client = new LanguageClient(
    LANGUAGE,
    'Portcullis policies',
    { command, args: [...first, 'policy', 'lsp'], transport: TransportKind.stdio },
    {
      documentSelector: [{ language: LANGUAGE }],
      initializationOptions: { policyDirectory },
    },
  )
  await client.start()
}

exports.deactivate = () => client?.stop()
