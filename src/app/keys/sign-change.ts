import { createPublicKey, sign } from 'node:crypto'
import { formatNote, parseVerifierKey } from '../../kernel/tlog/note.ts'
import { keyChangeText } from '../../kernel/trust/key-change.ts'
import type { Signer } from '../../stores/keys-file/ledger-keyring.ts'
import { vkeyOf } from '../../stores/keys-file/private-key.ts'

/** The change from one key to another as a note that both signed. */
export function signChange(from: Signer, to: Signer, size: number): string {
  const [old, made] = [from, to].map(({ name, key }) => vkeyOf(name, createPublicKey(key)))
  const text = keyChangeText({ origin: to.name, from: old ?? '', to: made ?? '', size })
  const lines = [from, to].map(({ name, key }) => {
    const verifier = parseVerifierKey(vkeyOf(name, createPublicKey(key)))
    return formatNote(text, verifier, sign(null, Buffer.from(text), key)).slice(text.length + 1)
  })
  return `${text}\n${lines.join('')}`
}
