/**
 * Where an SVID tells the digest of the attested code: in the serial number of its subject (X.520
 * section 6.2.9: what tells an object from others of its name), 64 hex digits. It is signed, every
 * tool shows it, and no arc of object identifiers has to be anybody's.
 */
export const CODE_DIGEST_ATTRIBUTE = '2.5.4.5'

const HEX = /^[0-9a-f]{64}$/
const PREFIX = 'sha256:'

export function codeDigestAttribute(digest: string): string {
  return digest.slice(PREFIX.length)
}

/** The digest as `sha256:<hex>`; nothing for whatever else stands there. */
export function readCodeDigest(values: readonly string[]): string | undefined {
  const [value = '', ...more] = values
  return more.length === 0 && HEX.test(value) ? `${PREFIX}${value}` : undefined
}
