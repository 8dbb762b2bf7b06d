import { PortcullisError } from '../../kernel/errors.ts'
import type { ActorLink } from '../../kernel/identity/principal.ts'
import { type Checkpoint, claimedCheckpoint, openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../kernel/tlog/note.ts'
import { verifyConsistency } from '../../kernel/tlog/proof.ts'
import {
  compromisedNews,
  type KeyNews,
  namedHead,
  retiredNews,
  rotatedNews,
  stoppedNews,
} from '../../kernel/trust/key-events.ts'
import { type KeyRecord, keyIdOf, type NamedHead } from '../../kernel/trust/key-record.ts'
import { advance } from '../../kernel/trust/key-states.ts'
import type { TrustDocument } from '../../kernel/trust/trust-document.ts'
import type { Clock } from '../../pipeline/ports.ts'
import type { LedgerKeyring, LedgerSigners } from '../../stores/keys-file/ledger-keyring.ts'
import { signChange } from './sign-change.ts'
import type { TrustDesk } from './trust-desk.ts'

/** What of the ledger a rotation needs. */
export interface SigningLedger {
  /** The last durable head, a signed note. */
  checkpoint(): string
  /** Told each durable head before the appends under it resolve. Returns what ends that. */
  onHead(listener: (note: string) => void): () => void
  /** All that is appended after it resolved is under heads with these lines alone. */
  useSigners(signers: LedgerSigners): void | Promise<void>
  /** That the first `from` leaves are unchanged in the first `to`. */
  consistency(from: number, to: number): readonly Uint8Array[]
}

export interface KeyDeskOptions {
  readonly keyring: LedgerKeyring
  readonly trust: TrustDesk
  readonly ledger: SigningLedger
  readonly clock: Pick<Clock, 'now'>
  /** How long both keys sign, at the least, in milliseconds. */
  readonly overlapMs: number
  /** Leaves a receipt. Resolves when it is durable. */
  record(news: KeyNews): Promise<void>
}

/** Who asked for a change; nobody where it is due. */
interface Asked {
  readonly asker?: ActorLink | undefined
}

/** Where the keys of the ledger are changed, one change after another. */
export class KeyDesk {
  readonly #options: KeyDeskOptions
  /** Who asked for the change that is under way: its receipts name them. */
  #asker: ActorLink | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: KeyDeskOptions) {
    this.#options = options
  }

  get keys(): readonly KeyRecord[] {
    return this.#options.keyring.keys
  }

  get trust(): TrustDesk {
    return this.#options.trust
  }

  /**
   * Ends what a crash left half done: files and receipts. Where an ML-DSA-44 key is asked for and
   * there is none, it is made, and signs from here on.
   */
  settle({ postQuantum = false }: { readonly postQuantum?: boolean } = {}): Promise<void> {
    return this.#inTurn(async () => {
      const { keyring } = this.#options
      await keyring.settle()
      if (postQuantum) await keyring.addPostQuantum(this.#fromNow())
      await this.#tell()
    })
  }

  /**
   * A new key takes over. Both sign until the old one is retired; in an emergency that is at once.
   * @throws PortcullisError `KEY_TRANSITION` while an earlier rotation is under way.
   */
  rotate({
    emergency = false,
    asker,
  }: Asked & { readonly emergency?: boolean } = {}): Promise<void> {
    return this.#change(asker, async () => {
      const { keyring, ledger } = this.#options
      const retiring = keyring.of('retiring')
      if (retiring !== undefined && !emergency) {
        const message = `\`${keyIdOf(retiring)}\` is still retiring: retire it first`
        throw new PortcullisError('KEY_TRANSITION', message)
      }
      if (retiring !== undefined) await this.#retire(retiring)
      const at = this.#fromNow()
      await keyring.succeed(at, (from, to) =>
        this.#asked(rotatedNews(signChange(from, to, at.firstSize))),
      )
      await ledger.useSigners(keyring.signers)
      await this.#tell()
      const former = keyring.of('retiring')
      if (emergency && former !== undefined) await this.#retire(former)
    })
  }

  /**
   * The retiring key signs no more.
   * @throws PortcullisError `KEY_TRANSITION` when none is retiring; `KEY_OVERLAP`, unless it has to
   * be `now`, before verifiers can know of the new key.
   */
  retire({ now = false, asker }: Asked & { readonly now?: boolean } = {}): Promise<void> {
    return this.#change(asker, async () => {
      const retiring = this.#options.keyring.of('retiring')
      if (retiring === undefined) throw new PortcullisError('KEY_TRANSITION', 'no key is retiring')
      if (!now) this.#checkOverlap()
      await this.#retire(retiring)
    })
  }

  /**
   * Somebody else has a key. It counts up to `bound`, a head that is known to be true: by default
   * the last one that it signed here.
   * @throws PortcullisError `KEY_UNKNOWN`; `KEY_TRANSITION` for the active key and for a wider
   * bound; `CHECKPOINT_*` and `TRUST_HEAD_FORKED` for a bound that is no head of this ledger.
   */
  compromised(
    which: string,
    { bound, asker }: Asked & { readonly bound?: string | undefined } = {},
  ): Promise<void> {
    return this.#change(asker, async () => {
      const { keyring } = this.#options
      const named = this.#find(which)
      if (named.state === 'active') {
        const message = `\`${which}\` is active: first \`portcullis keys rotate --emergency\``
        throw new PortcullisError('KEY_TRANSITION', message)
      }
      const head = bound === undefined ? undefined : this.#judgeBound(bound)
      // Judged first: what is refused changes nothing.
      if (head !== undefined) advance(named, { kind: 'compromise', bound: head })
      const retiring = keyring.of('retiring')
      // Both keys that retire end together.
      if (named.state === 'retiring' && retiring !== undefined) await this.#retire(retiring)
      const key = this.#find(which)
      const limit = head ?? key.bound ?? key.final
      if (limit === undefined) throw new PortcullisError('KEY_TRANSITION', 'it has no last head')
      await keyring.compromise(key.vkey, limit, this.#asked(compromisedNews(key, limit)))
      await this.#tell()
    })
  }

  /** Puts a signed trust document in force. @throws PortcullisError as `TrustDesk.publish`. */
  publish(file: string, { asker }: Asked = {}): Promise<TrustDocument> {
    return this.#change(asker, () => this.#options.trust.publish(file, asker))
  }

  /** What a key begins with that is made now. */
  #fromNow(): Pick<KeyRecord, 'notBefore' | 'firstSize'> {
    const { ledger, clock } = this.#options
    const { size: firstSize } = claimedCheckpoint(ledger.checkpoint())
    return { notBefore: new Date(clock.now()).toISOString(), firstSize }
  }

  /** Verifiers must know the new key, and have had time to learn of it. */
  #checkOverlap(): void {
    const { keyring, trust, clock, overlapMs } = this.#options
    const { active } = keyring
    if (!trust.lists(active.vkey)) {
      const message = `no published trust document lists the key \`${keyIdOf(active)}\``
      throw new PortcullisError('KEY_OVERLAP', message)
    }
    const end = Date.parse(active.notBefore) + overlapMs
    if (clock.now() >= end) return
    const message = `the overlap lasts until ${new Date(end).toISOString()}`
    throw new PortcullisError('KEY_OVERLAP', message)
  }

  async #retire(key: KeyRecord): Promise<void> {
    const { keyring, ledger, record } = this.#options
    let last = ledger.checkpoint()
    const stop = ledger.onHead((note) => {
      if (isSignedBy(key, note)) last = note
    })
    try {
      // First, so that no head above the last one is signed beside a key that has gone.
      keyring.stopRetiring()
      await ledger.useSigners({ active: keyring.signers.active })
      await record(this.#asked(stoppedNews(key)))
    } finally {
      stop()
    }
    // INVARIANT: what the key is good for ends here, so no head above may carry its line.
    if (isSignedBy(key, ledger.checkpoint())) {
      throw new PortcullisError('INTERNAL', 'the ledger signs with a key that was taken away')
    }
    const final = namedHead(claimedCheckpoint(last))
    await keyring.retire(final, this.#asked(retiredNews(key, final)))
    await this.#tell()
  }

  #asked(news: KeyNews): KeyNews {
    return this.#asker === undefined ? news : { ...news, asker: this.#asker }
  }

  #find(which: string): KeyRecord {
    const found = this.keys.filter((key) => keyIdOf(key) === which || key.vkey === which)
    const [key] = found
    if (key !== undefined && found.length === 1) return key
    throw new PortcullisError('KEY_UNKNOWN', `there is no key \`${which}\` here`)
  }

  /** A head that somebody kept: one of our keys signed it, and the ledger still begins with it. */
  #judgeBound(note: string): NamedHead {
    const own = this.keys.filter(({ purpose }) => purpose === 'checkpoint')
    const signer = own.find((key) => isSignedBy(key, note))
    if (signer === undefined) {
      throw new PortcullisError('CHECKPOINT_UNTRUSTED', 'no key of this ledger signed the bound')
    }
    const head = openCheckpoint(note, parseVerifierKey(signer.vkey))
    const current = claimedCheckpoint(this.#options.ledger.checkpoint())
    if (head.size > current.size || !this.#isPrefix(head, current)) {
      throw new PortcullisError('TRUST_HEAD_FORKED', 'the ledger does not begin with the bound')
    }
    return namedHead(head)
  }

  #isPrefix(head: Checkpoint, current: Checkpoint): boolean {
    const { ledger } = this.#options
    return verifyConsistency(head, current, ledger.consistency(head.size, current.size))
  }

  /** Leaves the receipts of what happened. A crash in here leaves one twice, and never none. */
  async #tell(): Promise<void> {
    const { keyring, record } = this.#options
    for (let [news] = keyring.unrecorded; news !== undefined; [news] = keyring.unrecorded) {
      await record(news)
      await keyring.recorded()
    }
  }

  /** Whatever came of it, the trust document follows the keys. */
  #change<T>(asker: ActorLink | undefined, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#asker = asker
      try {
        return await work()
      } finally {
        await this.#options.trust.renew(asker)
        this.#asker = undefined
      }
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

function isSignedBy({ vkey }: KeyRecord, note: string): boolean {
  try {
    openCheckpoint(note, parseVerifierKey(vkey))
    return true
  } catch (error) {
    if (error instanceof PortcullisError && error.code === 'CHECKPOINT_UNTRUSTED') return false
    throw error
  }
}
