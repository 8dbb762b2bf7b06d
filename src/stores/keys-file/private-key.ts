import { createPrivateKey, type KeyObject } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { formatVerifierKey } from '../../kernel/tlog/note.ts'

/** The Ed25519 key in a PEM file. @throws PortcullisError `KEYS_INVALID`. */
export function ed25519(pem: Buffer, name: string): KeyObject {
  const key = parsePrivateKey(pem, name)
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new PortcullisError('KEYS_INVALID', `\`${name}\` is not an Ed25519 key`)
}

/** PKCS#8 in PEM, as every tool reads it. */
export function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}

/** The `vkey` of an Ed25519 public key: its raw 32 bytes are the end of its DER form. */
export function vkeyOf(origin: string, publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return formatVerifierKey(origin, der.subarray(-32))
}

export function parsePrivateKey(pem: Buffer | string, name: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw new PortcullisError('KEYS_INVALID', `\`${name}\` is not a private key`, { cause })
  }
}
