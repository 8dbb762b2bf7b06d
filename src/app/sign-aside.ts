import { type KeyObject, sign } from 'node:crypto'

/** ML-DSA-44 takes a millisecond or two: with a callback it is signed in another thread. */
export function signAside(message: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign(null, message, key, (error, signature) => (error ? reject(error) : resolve(signature)))
  })
}
