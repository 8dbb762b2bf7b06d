import { PortcullisError } from '../../kernel/errors.ts'
import type { ActorLink } from '../../kernel/identity/principal.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { type KeyNews, publishedNews } from '../../kernel/trust/key-events.ts'
import { isLaterForm } from '../../kernel/trust/key-states.ts'
import { parseTrustText } from '../../kernel/trust/parse-document.ts'
import type { RootKey } from '../../kernel/trust/root-key.ts'
import { type TrustDocument, trustText } from '../../kernel/trust/trust-document.ts'
import { formatTrustFile } from '../../kernel/trust/trust-file.ts'
import { checkFresh } from '../../kernel/trust/verify-chain.ts'
import type { Clock, Log } from '../../pipeline/ports.ts'
import type { LedgerKeyring } from '../../stores/keys-file/ledger-keyring.ts'
import { PUBLIC_SUFFIX, readRootKey, signTrustFile } from '../../stores/keys-file/root-key-file.ts'
import type { TrustFiles } from '../../stores/keys-file/trust-files.ts'

const DAY_MS = 86_400_000
/** How long a trust document is good unless its draft says otherwise. */
export const DEFAULT_TRUST_LIFE_MS = 365 * DAY_MS
/** How long before its end a document is renewed, or warned of, in milliseconds. */
export const TRUST_EXPIRY_WARNING_MS = 30 * DAY_MS

export interface TrustDeskOptions {
  readonly files: TrustFiles
  readonly keyring: LedgerKeyring
  readonly origin: string
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Where the private root key may be. While it is there, documents are signed at once. */
  readonly root?: string | undefined
  record(news: KeyNews): Promise<void>
}

export interface DraftOptions {
  /** Other roots than those of the current document. */
  readonly roots?: readonly RootKey[] | undefined
  readonly threshold?: number | undefined
  readonly lifeMs?: number | undefined
  /** Witness policy, as text. */
  readonly witnesses?: string | undefined
}

/** How the trust document stands. */
export type TrustStanding = 'none' | 'current' | 'pending' | 'expiring' | 'expired'

/** Where trust documents are drafted and published. */
export class TrustDesk {
  readonly #options: TrustDeskOptions

  constructor(options: TrustDeskOptions) {
    this.#options = options
  }

  get current(): TrustDocument | undefined {
    return this.#options.files.current?.document
  }

  /** A published document as it is served: of a version, or the current one. */
  file(version?: number): string | undefined {
    return this.#options.files.file(version)
  }

  /** Does the current document list this key? */
  lists(vkey: string): boolean {
    return this.current?.keys.some((key) => key.vkey === vkey) ?? false
  }

  get standing(): TrustStanding {
    const { current } = this
    if (current === undefined) return 'none'
    const left = Date.parse(current.expires) - this.#options.clock.now()
    if (left <= 0) return 'expired'
    if (canonical(current.keys) !== canonical(this.#keys())) return 'pending'
    return left <= TRUST_EXPIRY_WARNING_MS ? 'expiring' : 'current'
  }

  /**
   * The next document, to be signed: a file without signatures.
   * @throws PortcullisError `TRUST_MISSING` when no root is known; `TRUST_INVALID` for options that
   * make no document.
   */
  async draft(options: DraftOptions = {}): Promise<string> {
    const { files, clock, origin } = this.#options
    const before = files.current
    const now = clock.now()
    const witnesses = options.witnesses ?? before?.document.witnesses
    const text = trustText({
      ...{ type: 'portcullis-trust', v: 1, version: (before?.document.version ?? 0) + 1 },
      ...(before && { previous: before.digest }),
      issued: new Date(now).toISOString(),
      expires: new Date(now + (options.lifeMs ?? DEFAULT_TRUST_LIFE_MS)).toISOString(),
      roots: await this.#roots(options),
      logs: before?.document.logs ?? [{ origin, tenants: `${origin}/l/` }],
      keys: this.#keys(),
      ...(witnesses !== undefined && { witnesses }),
    })
    parseTrustText(text)
    return formatTrustFile(text, [])
  }

  /**
   * Puts a signed document in force.
   * @throws PortcullisError `TRUST_*` for one that does not follow the current one, has expired or
   * says of our keys what is not so.
   */
  async publish(file: string, asker?: ActorLink): Promise<TrustDocument> {
    const { files, clock, record } = this.#options
    const next = files.check(file)
    checkFresh(next.document, clock.now())
    this.#compare(next.document)
    await record({ ...publishedNews(next), ...(asker && { asker }) })
    await files.add(file)
    return next.document
  }

  /** Signs and publishes what is new, where the root key is at hand. Never throws. */
  async renew(asker?: ActorLink): Promise<void> {
    const { root, log } = this.#options
    // One root alone cannot meet a greater threshold: its holders sign a draft, one by one.
    const alone = (this.current?.roots.threshold ?? 1) === 1
    if (root === undefined || !alone || this.standing === 'current') return
    try {
      const signed = await signTrustFile(await this.draft(), root)
      if (signed === undefined) log.info('trust.waits_for_root', { standing: this.standing })
      else await this.publish(signed, asker)
    } catch (error) {
      // The keys are changed already, and safe: operators see that the document is behind.
      const reason = error instanceof Error ? error.message : String(error)
      log.error('trust.not_renewed', { reason })
    }
  }

  /** Those of the keyring, and before them those that are not its own and were listed once. */
  #keys(): TrustDocument['keys'] {
    const { keyring } = this.#options
    const own = new Set(keyring.keys.map(({ vkey }) => vkey))
    const others = this.current?.keys.filter(({ vkey }) => !own.has(vkey)) ?? []
    return [...others, ...keyring.keys]
  }

  /** A document may be behind what happened to our keys, and never say anything else. */
  #compare({ keys, logs }: TrustDocument): void {
    const { keyring, origin } = this.#options
    if (!logs.some((log) => log.origin === origin)) {
      throw new PortcullisError('TRUST_CONTINUITY', `it does not list the log \`${origin}\``)
    }
    // Others are carried on from document to document, which `check` has seen to.
    for (const key of keys.filter(({ vkey }) => vkey.startsWith(`${origin}+`))) {
      const own = keyring.keys.find(({ vkey }) => vkey === key.vkey)
      if (own === undefined && key.purpose === 'post-quantum' && this.lists(key.vkey)) continue
      if (own !== undefined && isLaterForm(key, own)) continue
      const message = `of the key \`${key.vkey}\` it says what is not so here`
      throw new PortcullisError('TRUST_CONTINUITY', message)
    }
  }

  async #roots({ roots, threshold }: DraftOptions): Promise<TrustDocument['roots']> {
    const before = this.current?.roots
    if (roots === undefined && before !== undefined) {
      return { keys: before.keys, threshold: threshold ?? before.threshold }
    }
    const keys = roots ?? (await this.#configuredRoot())
    // More than half: none is enough by itself, and not all may be lost.
    return { keys, threshold: threshold ?? Math.floor(keys.length / 2) + 1 }
  }

  async #configuredRoot(): Promise<readonly RootKey[]> {
    const { root } = this.#options
    if (root !== undefined) {
      const key = (await readRootKey(`${root}${PUBLIC_SUFFIX}`)) ?? (await readRootKey(root))
      if (key !== undefined) return [key]
    }
    throw new PortcullisError('TRUST_MISSING', 'no root key is known that could sign')
  }
}
