/** What a trust document says about one key of a log. */

/** A tree head as it stands in a trust document; `root` in base64. */
export interface NamedHead {
  readonly size: number
  readonly root: string
}

export type KeyState = 'active' | 'retiring' | 'retired' | 'compromised'

/**
 * One key by its `vkey`, the name of which is the log that it signs. A key is good for sizes of the
 * node's log and not for times: clocks lie, sizes do not.
 */
export interface KeyRecord {
  readonly vkey: string
  readonly alg: 'Ed25519' | 'ML-DSA-44'
  /** `post-quantum` keys sign the same heads beside the key that every verifier understands. */
  readonly purpose: 'checkpoint' | 'post-quantum'
  readonly state: KeyState
  /** When it was made, in ISO 8601. For people: nothing is judged by it. */
  readonly notBefore: string
  /** Smallest size of the node's log at which it may sign. */
  readonly firstSize: number
  /** Once retired: the last head that it signed. Its size is the last that the key is good for. */
  readonly final?: NamedHead
  /** Once compromised: the head up to which the log is known to be the true one. */
  readonly bound?: NamedHead
}

/** A new key, which signs from `firstSize` on. */
export function newKey(
  vkey: string,
  { notBefore, firstSize }: Pick<KeyRecord, 'notBefore' | 'firstSize'>,
): KeyRecord {
  return { vkey, alg: 'Ed25519', purpose: 'checkpoint', state: 'active', notBefore, firstSize }
}

/** A new key that signs the same heads beside it (FIPS 204). */
export function newPostQuantumKey(
  vkey: string,
  { notBefore, firstSize }: Pick<KeyRecord, 'notBefore' | 'firstSize'>,
): KeyRecord {
  const kind = { alg: 'ML-DSA-44', purpose: 'post-quantum', state: 'active' } as const
  return { vkey, ...kind, notBefore, firstSize }
}

/** The key ID of a `vkey`: what people name a key by. */
export function keyIdOf({ vkey }: Pick<KeyRecord, 'vkey'>): string {
  return vkey.split('+')[1] ?? ''
}
