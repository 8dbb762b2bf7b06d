import { type Command, InvalidArgumentError } from 'commander'
import type { PlaceOptions } from '../app/ledger-files.ts'
import { DEFAULT_TENANT, isTenant, type Tenant } from '../kernel/identity/tenant.ts'
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

/** What every command about the receipts of one tenant takes. */
export interface ReceiptsOptions extends LedgerOptions {
  readonly tenant?: Tenant
}

/** The same, for a command that reads the receipts of one tenant. */
export function aboutReceipts(spec: Parameters<typeof command>[0]): Command {
  return aboutLedger(spec).option('--tenant <name>', 'whose receipts', parseTenant, DEFAULT_TENANT)
}

function parseTenant(text: string): Tenant {
  if (isTenant(text)) return text
  throw new InvalidArgumentError('a tenant is spelt in small letters, digits and `-`')
}
