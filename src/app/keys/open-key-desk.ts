import type { KeyList } from '../../contract/keys.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { BY_OPERATOR } from '../../kernel/receipt/event-draft.ts'
import { byOfNews, type KeyNews } from '../../kernel/trust/key-events.ts'
import type { Clock, Ids, Ledger, Log } from '../../pipeline/ports.ts'
import { type Keys, readKeySet } from '../../stores/keys-file/open-keys.ts'
import { openTrustFiles } from '../../stores/keys-file/trust-files.ts'
import { openLedger } from '../../stores/segments/open-ledger.ts'
import type { Config } from '../config.ts'
import { keysDirectory, ledgerDirectory } from '../data-files.ts'
import { recordEvent } from '../record-event.ts'
import { systemClock, uuidIds } from '../system-ports.ts'
import { KeyDesk, type SigningLedger } from './key-desk.ts'
import { type KeyOperations, keyList, keyOperations } from './key-operations.ts'
import { TrustDesk } from './trust-desk.ts'

interface DeskParts {
  readonly keys: Keys
  readonly ledger: SigningLedger
  /** Where receipts go. */
  readonly receipts: Ledger
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/**
 * The desk where the keys of the ledger are changed, with what a crash left half done behind it.
 * Only who holds the ledger may open it. Rejects `TRUST_*` for documents that were altered.
 */
export async function openKeyDesk(config: Config, parts: DeskParts): Promise<KeyDesk> {
  const { keys, ledger, receipts, clock, ids, log } = parts
  const { origin, keyring } = keys
  const directory = keysDirectory(config.dataDir)
  const files = await openTrustFiles(directory)
  const record = (news: KeyNews) => {
    const { event: name, detail } = news
    return recordEvent({ ledger: receipts, clock, ids }, { name, detail }, byOfNews(news))
  }
  const { root, overlapMs } = config.keys
  const trust = new TrustDesk({ files, keyring, origin, clock, log, root, record })
  const desk = new KeyDesk({ keyring, trust, ledger, clock, overlapMs, record })
  await desk.settle({ postQuantum: config.ledger.postQuantum })
  return desk
}

/**
 * Works at the desk of a runtime that does not run. Rejects `LEDGER_LOCKED` when it runs after all.
 */
export async function atKeyDesk<T>(
  config: Config,
  log: Log,
  work: (keys: KeyOperations) => Promise<T>,
): Promise<T> {
  const clock = systemClock
  const ids = uuidIds(clock)
  const keys = await keysOf(config)
  const directory = ledgerDirectory(config.dataDir)
  const { signers } = keys.keyring
  const ledger = await openLedger({ directory, signers, log, clock, ids })
  try {
    const recorder = { clock, ids }
    const desk = await openKeyDesk(config, { keys, ledger, receipts: ledger, ...recorder, log })
    return await work(keyOperations(desk, { ledger, ...recorder }, BY_OPERATOR))
  } finally {
    await ledger.close()
  }
}

/** The keys as they stand on the disk, for who changes nothing. Rejects `KEYS_MISSING`. */
export async function readKeyList(config: Config, log: Log): Promise<KeyList> {
  const { keyring, origin } = await keysOf(config)
  const files = await openTrustFiles(keysDirectory(config.dataDir))
  const record = () => Promise.reject(new PortcullisError('INTERNAL', 'nothing changes here'))
  const clock = systemClock
  const trust = new TrustDesk({ files, keyring, origin, clock, log, record })
  return keyList(keyring.keys, trust)
}

/** The published trust documents, oldest first. */
export async function readTrustHistory({ dataDir }: Config): Promise<readonly string[]> {
  return (await openTrustFiles(keysDirectory(dataDir))).history
}

/** Unlike a start of the runtime, this makes no keys. */
async function keysOf({ dataDir }: Config): Promise<Keys> {
  const directory = keysDirectory(dataDir)
  const keys = await readKeySet(directory)
  if (keys !== undefined) return keys
  throw new PortcullisError('KEYS_MISSING', `there are no keys in \`${directory}\``)
}
