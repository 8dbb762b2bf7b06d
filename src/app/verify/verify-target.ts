/** `portcullis verify`: finds out what it was handed, and whether it holds. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { BUNDLE_FILES } from '../../kernel/receipt/bundle.ts'
import { checkLedgerFiles, findLedger, type LedgerVerdict } from '../ledger-files.ts'
import { connectorOf, type TlsFiles } from '../tls/tls-files.ts'
import { httpLog } from './http-log.ts'
import { directorySource } from './log-source.ts'
import { readTrust, type TrustFiles } from './trusted.ts'
import { type LogVerdict, verifyLog } from './verify-log.ts'
import { type ReceiptsVerdict, verifyBundled, verifyReceipts } from './verify-receipts.ts'

export interface VerifyOptions extends TrustFiles {
  /** Heads that were seen before; new ones are kept if all is well. */
  readonly remember?: string
  /** One exported receipt, to be found in the log. */
  readonly receipt?: string
  readonly prunedBelow?: number
  /** How connections to a remote log are opened. */
  readonly tls?: TlsFiles
  onProgress?(done: number, of: number): void
}

export type TargetVerdict =
  | ({ readonly kind: 'ledger' } & LedgerVerdict)
  | ReceiptsVerdict
  | LogVerdict

/** Most bytes of an exported receipt; longer files are not read. */
const MAX_RECEIPT_BYTES = 1024 * 1024

/**
 * Verifies a receipt (a file, or `-`), a directory of receipts, a bundle for an investigation, the
 * tiles of a log in a directory or behind an address, or a ledger.
 * @throws PortcullisError where the call is wrong; what is wrong with the target is a problem.
 */
export async function verifyTarget(target: string, options: VerifyOptions): Promise<TargetVerdict> {
  if (/^https?:\/\//.test(target)) {
    const source = httpLog(target, connectorOf(options.tls ?? {}))
    try {
      return await verifyLog(source, readTrust(options), options)
    } finally {
      await source.close()
    }
  }
  if (target === '-') return verifyReceipts([['-', readFileSync(0)]], options)
  const kind = kindOf(target)
  switch (kind) {
    case 'tiles':
      return verifyLog(directorySource(target), readTrust(options), options)
    case 'ledger':
      return ledgerVerdict(target, options)
    case 'bundle':
      return verifyBundled(target, options)
    case 'receipts':
      return verifyReceipts(
        readdirSync(target)
          .filter((name) => name.endsWith('.json'))
          .sort()
          .map((name) => [join(target, name), readReceipt(join(target, name))]),
        options,
      )
    case 'receipt':
      return verifyReceipts([[target, readReceipt(target)]], options)
  }
}

function kindOf(target: string): 'tiles' | 'ledger' | 'bundle' | 'receipts' | 'receipt' {
  const found = statSync(target, { throwIfNoEntry: false })
  if (found === undefined) {
    throw new PortcullisError('FILE_UNREADABLE', `there is no \`${target}\``)
  }
  if (!found.isDirectory()) return target.endsWith('.tar') ? 'bundle' : 'receipt'
  // It has a checkpoint too.
  if (existsSync(join(target, BUNDLE_FILES.manifest))) return 'bundle'
  const isLog = ['checkpoint', 'tile'].some((name) => existsSync(join(target, name)))
  if (isLog) return 'tiles'
  const isLedger = ['segments', 'ledger'].some((name) => existsSync(join(target, name)))
  return isLedger ? 'ledger' : 'receipts'
}

async function ledgerVerdict(target: string, options: VerifyOptions): Promise<TargetVerdict> {
  const { trust, pq, witnesses, receipt, key, remember, onProgress } = options
  if (trust !== undefined || pq !== undefined || witnesses !== undefined || receipt !== undefined) {
    const message = 'a ledger is verified with `--key` and `--remember` alone; export from it first'
    throw new PortcullisError('VERIFY_OPTIONS', message)
  }
  const verdict = await checkLedgerFiles(findLedger({ ledger: target, ...(key && { key }) }), {
    ...(remember && { remember }),
    ...(onProgress && { onProgress }),
  })
  return { kind: 'ledger', ...verdict }
}

function readReceipt(file: string): Uint8Array {
  try {
    if (statSync(file).size > MAX_RECEIPT_BYTES) return new Uint8Array(0)
    return readFileSync(file)
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read`, { cause })
  }
}
