/** The text with one thing replaced, which has to be there. */
export function replaced(whole: string, found: string | RegExp, by: string): string {
  const changed = whole.replace(found, () => by)
  if (changed === whole) throw new Error(`nothing to alter: ${found}`)
  return changed
}

/** A proof with one bit of its last signature flipped. */
export function withSignatureBitFlipped(proof: string): string {
  const signature = proof.trimEnd().split(' ').at(-1) ?? ''
  const bytes = Buffer.from(signature, 'base64')
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
  return replaced(proof, signature, bytes.toString('base64'))
}
