import { X509Certificate } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { parseSpiffeId, type SpiffeId } from '../../kernel/identity/spiffe-id.ts'
import type { x509 as Library } from './certificate-library.ts'
import { CODE_DIGEST_ATTRIBUTE, readCodeDigest } from './code-digest.ts'

/** What an X.509-SVID says, once an authority of ours is known to have said it. */
export interface Svid {
  readonly id: SpiffeId
  /** Hex digits. */
  readonly serial: string
  /** From and to, in milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  /** PEM of the root that signed it. */
  readonly root: string
  /** Digest of the attested code. */
  readonly digest?: string
}

export interface Authorities {
  readonly trustDomain: string
  /** PEM. */
  readonly roots: readonly string[]
}

/**
 * Reads an X.509-SVID (X509-SVID sections 4 and 5): by a root of ours, a leaf, with one URI.
 * @throws PortcullisError `SVID_UNTRUSTED`, `SVID_INVALID`, `SVID_FOREIGN`.
 */
export async function readSvid(der: Uint8Array, authorities: Authorities): Promise<Svid> {
  const certificate = parse(der)
  const root = authorities.roots.find((pem) => isBy(certificate, new X509Certificate(pem)))
  if (root === undefined) {
    throw new PortcullisError('SVID_UNTRUSTED', 'the certificate is of no authority of ours')
  }
  const { x509 } = await import('./certificate-library.ts')
  const { uri, digest } = readExtensions(x509, certificate)
  return {
    id: parseSpiffeId(uri, authorities.trustDomain),
    serial: certificate.serialNumber.toLowerCase(),
    from: certificate.validFromDate.getTime(),
    to: certificate.validToDate.getTime(),
    root,
    ...(digest !== undefined && { digest }),
  }
}

function parse(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch (cause) {
    throw new PortcullisError('SVID_INVALID', 'that is no certificate', { cause })
  }
}

function isBy(certificate: X509Certificate, root: X509Certificate): boolean {
  return certificate.checkIssued(root) && certificate.verify(root.publicKey)
}

function readExtensions(x509: typeof Library, { raw }: X509Certificate) {
  const leaf = new x509.X509Certificate(new Uint8Array(raw))
  const basic = leaf.getExtension(x509.BasicConstraintsExtension)
  if (basic?.ca === true) throw invalid('it is an authority')
  const usages = leaf.getExtension(x509.KeyUsagesExtension)?.usages ?? 0
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags
  if ((usages & digitalSignature) === 0) throw invalid('its key may not sign')
  if ((usages & (keyCertSign | cRLSign)) !== 0) throw invalid('its key may certify')
  const names = leaf.getExtensions(x509.SubjectAlternativeNameExtension)
  const [uri, ...more] = names.flatMap(({ names: { items } }) =>
    items.filter(({ type }) => type === 'url').map(({ value }) => value),
  )
  if (uri === undefined || more.length > 0) throw invalid('it has not exactly one URI')
  const digest = readCodeDigest(leaf.subjectName.getField(CODE_DIGEST_ATTRIBUTE))
  return { uri, digest }
}

function invalid(why: string): PortcullisError {
  return new PortcullisError('SVID_INVALID', `the certificate is no X.509-SVID: ${why}`)
}
