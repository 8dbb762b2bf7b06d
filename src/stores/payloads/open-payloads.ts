import { timingSafeEqual } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import type { Subject } from '../../kernel/privacy/subject.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { payloadDigest } from '../../kernel/receipt/payload-digest.ts'
import type { Receipt, SubjectPayload } from '../../kernel/receipt/receipt.ts'
import type { Clock, Digester, KeptPayload } from '../../pipeline/ports.ts'
import { DataKeys, type DataKeysOptions } from './data-keys.ts'
import { PayloadFile } from './payload-file.ts'
import { type Binding, seal, unseal } from './subject-key.ts'

export interface PayloadsOptions {
  readonly keys: DataKeysOptions
  readonly file: string
  /** Name of the ledger, to which every kept payload is bound. */
  readonly origin: string
  /** Longest payload, as canonical JSON. */
  readonly maxBytes: number
  readonly maxTotalBytes: number
  readonly clock: Pick<Clock, 'now'>
}

/** Which payload of a receipt. */
export type PayloadPath = KeptPayload['path']

/** @throws PortcullisError `DATA_KEYS_UNAVAILABLE`, `DATA_KEYS_INVALID`, `PAYLOAD_UNAVAILABLE`. */
export function openPayloads(options: PayloadsOptions): OpenPayloads {
  return new OpenPayloads(options)
}

/** Kept payloads and the keys of their subjects, open for the one process that writes them. */
export class OpenPayloads implements Digester {
  readonly keys: DataKeys
  readonly file: PayloadFile
  readonly #options: PayloadsOptions

  constructor(options: PayloadsOptions) {
    this.#options = options
    this.keys = new DataKeys(options.keys)
    try {
      this.file = new PayloadFile(options.file, options)
    } catch (error) {
      this.keys.close()
      throw error
    }
  }

  digest(payload: JsonObject, subject: Subject): SubjectPayload {
    const { digestKey, pseudonym } = this.keys.of(subject, this.#options.clock.now())
    return { ...payloadDigest(digestKey, payload), subject: pseudonym }
  }

  async keep({ receipt, run, at, path, subject, payload }: KeptPayload): Promise<void> {
    const { sealKey, pseudonym } = this.keys.of(subject, this.#options.clock.now())
    const plain = Buffer.from(canonical(payload), 'utf8')
    if (plain.length > this.#options.maxBytes) {
      throw new PortcullisError('PAYLOAD_TOO_LARGE', `a payload of ${plain.length} bytes`)
    }
    const sealed = seal(sealKey, this.#binding({ receipt, path, pseudonym }), plain)
    await this.file.add({ receipt, path, pseudonym, run, at, sealed })
  }

  /**
   * The payload that was kept for a receipt, once it is proved to be the one that it names.
   * @throws PortcullisError `PAYLOAD_UNKNOWN`, `PAYLOAD_ERASED`, `PAYLOAD_INVALID`.
   */
  open(receipt: Receipt, path: PayloadPath): JsonObject {
    const named = receipt[path]
    const { subject: pseudonym } = named ?? {}
    if (named?.sealed !== true || pseudonym === undefined) {
      throw new PortcullisError('PAYLOAD_UNKNOWN', `\`${receipt.id}\` has no kept \`${path}\``)
    }
    const key = this.keys.named(pseudonym)
    if (key === undefined) {
      throw new PortcullisError('PAYLOAD_ERASED', `the subject \`${pseudonym}\` was erased`)
    }
    const row = this.file.get(receipt.id, path)
    if (row === undefined) {
      throw new PortcullisError('PAYLOAD_UNKNOWN', `\`${path}\` of \`${receipt.id}\` is not kept`)
    }
    const binding = this.#binding({ receipt: receipt.id, path, pseudonym })
    const plain = unseal(key.sealKey, { binding, sealed: row.sealed }, 'PAYLOAD_INVALID')
    const payload: unknown = JSON.parse(plain.toString('utf8'))
    const wanted = named.kept ?? named.digest
    if (isJsonObject(payload) && isSame(payloadDigest(key.digestKey, payload).digest, wanted)) {
      return payload
    }
    throw new PortcullisError('PAYLOAD_INVALID', 'the payload is not the one that was recorded')
  }

  close(): void {
    this.file.close()
    this.keys.close()
  }

  /**
   * The receipt's id and not its `seq`: the payload is on the disk before the receipt has its
   * place, and no two receipts have one id.
   */
  #binding(of: { receipt: string; path: PayloadPath; pseudonym: string }): Binding {
    return ['payload', this.#options.origin, of.pseudonym, of.path, of.receipt]
  }
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
