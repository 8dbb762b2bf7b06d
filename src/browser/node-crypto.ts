import { sha256 } from '@noble/hashes/sha2.js'

/**
 * What the kernel uses of `node:crypto`, for browsers: bundlers put it in that module's place (the
 * `browser` field of the package). The platform's own digest will not do: it is asynchronous.
 */
export function hash(
  algorithm: 'sha256',
  data: Uint8Array | string,
  encoding: 'hex' | 'base64' | 'buffer',
): string | Uint8Array {
  if (algorithm !== 'sha256') throw new TypeError(`no digest \`${String(algorithm)}\` here`)
  const digest = sha256(typeof data === 'string' ? new TextEncoder().encode(data) : data)
  if (encoding === 'buffer') return digest
  if (encoding === 'base64') return btoa(String.fromCharCode(...digest))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
