import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { KeyDesk } from '../../src/app/keys/key-desk.ts'
import { TrustDesk } from '../../src/app/keys/trust-desk.ts'
import { uuidIds } from '../../src/app/system-ports.ts'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import type { KeyNews } from '../../src/kernel/trust/key-events.ts'
import type { Alarm, Clock } from '../../src/pipeline/ports.ts'
import type { LedgerKeyring } from '../../src/stores/keys-file/ledger-keyring.ts'
import { openKeys } from '../../src/stores/keys-file/open-keys.ts'
import { createRootKey } from '../../src/stores/keys-file/root-key-file.ts'
import { openTrustFiles } from '../../src/stores/keys-file/trust-files.ts'
import { type OpenLedger, openLedger } from '../../src/stores/segments/open-ledger.ts'
import { handClock } from './in-memory-approvals.ts'
import { refusalDraft } from './sample-receipts.ts'
import { eventLog, scratch } from './scratch.ts'

export const OVERLAP_MS = 86_400_000

export interface Desk {
  readonly folder: string
  readonly time: Clock & { readonly alarm: Alarm; advance(ms: number): void }
  readonly desk: KeyDesk
  readonly keyring: LedgerKeyring
  readonly ledger: OpenLedger
  readonly log: ReturnType<typeof eventLog>
  /** What was recorded of keys, in order. */
  readonly news: KeyNews[]
  /** Every head of the ledger while this desk was open. */
  readonly heads: string[]
  append(id: string): Promise<unknown>
  close(): Promise<void>
}

export interface DeskSetup {
  readonly folder?: string
  readonly time?: Desk['time']
  /** Whether the root key is at hand. */
  readonly root?: boolean
  /** Fails instead of leaving a receipt. */
  refuse?(news: KeyNews): boolean
}

/** A clock that is moved by hand, and the one that never goes back beside it. */
export function deskClock(): Desk['time'] & { set(now: number): void } {
  const hand = handClock()
  const start = hand.now()
  let shift = 0
  return {
    now: () => hand.now() + shift,
    elapsed: () => hand.now() - start,
    alarm: hand.alarm,
    advance: hand.advance,
    set(now) {
      shift = now - hand.now()
    },
  }
}

/** The real desk over real files and a real ledger, in a folder of its own. */
export async function openDesk(t: TestContext, setup: DeskSetup = {}): Promise<Desk> {
  const { folder = await scratch(t), time = deskClock(), root: atHand = true, refuse } = setup
  const log = eventLog()
  const keys = await openKeys(join(folder, 'keys'), { now: time.now() })
  const { keyring, origin } = keys
  const { signers } = keyring
  const ledger = await openLedger({ directory: join(folder, 'ledger'), signers, log })
  const root = join(folder, 'root.pem')
  if (atHand) await createRootKey(root, 'Ed25519').catch(() => 'it is there already')
  const heads: string[] = []
  ledger.onHead((note) => heads.push(note))
  const news: KeyNews[] = []
  const ids = uuidIds(time)
  const append = (draft: ReceiptDraft) => ledger.append({ ...draft, id: ids.next() })
  const record = async (told: KeyNews) => {
    if (refuse?.(told)) throw new Error('no receipt')
    await append(refusalDraft('x', told.event))
    news.push(told)
  }
  const files = await openTrustFiles(join(folder, 'keys'))
  const trust = new TrustDesk({ files, keyring, origin, clock: time, log, root, record })
  const desk = new KeyDesk({ keyring, trust, ledger, clock: time, overlapMs: OVERLAP_MS, record })
  let closed = false
  const close = async () => {
    if (!closed) await ledger.close()
    closed = true
  }
  t.after(close)
  const appendOne = (id: string) => append(refusalDraft(id, 'run'))
  return { folder, time, desk, keyring, ledger, log, news, heads, append: appendOne, close }
}

/** What a runtime does at its start: ends what a crash left, and has the trust document follow. */
export async function begin(desk: KeyDesk, how?: { readonly postQuantum: boolean }): Promise<void> {
  await desk.settle(how)
  await desk.trust.renew()
}
