import type { Command } from 'commander'
import { PortcullisError } from '../kernel/errors.ts'
import { command, EXIT, printError } from './command.ts'

interface LanguageServerOptions {
  readonly stdio?: boolean
  readonly json?: boolean
}

export function lspCommand(): Command {
  return command({
    name: 'lsp',
    summary: 'Serve an editor: mistakes, hints, completion, definitions, formatting.',
    examples: ['portcullis policy lsp --stdio'],
  })
    .option('--stdio', 'speak the language server protocol on standard input and output')
    .action(serve)
}

async function serve({ stdio, json }: LanguageServerOptions): Promise<void> {
  if (stdio) {
    // Loaded here: no other command needs the protocol.
    const { servePolicyLanguage } = await import('../app/policy-language-server.ts')
    servePolicyLanguage()
    return
  }
  printError(new PortcullisError('REQUEST_INVALID', 'an editor starts this with `--stdio`'), json)
  process.exitCode = EXIT.usage
}
