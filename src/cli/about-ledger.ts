import type { Command } from 'commander'
import type { PlaceOptions } from '../app/ledger-files.ts'
import { command } from './command.ts'

/** What every command about a ledger takes. */
export interface LedgerOptions extends PlaceOptions {
  readonly json?: boolean
}

/** The ledger that a command is about, and `--json`. */
export function aboutLedger(spec: Parameters<typeof command>[0]): Command {
  return command(spec)
    .option('--ledger <path>', 'the ledger: its directory or the data directory')
    .option('--data <dir>', 'the data directory')
    .option('--config <file>', 'the configuration that names the data directory')
}
