import { createPublicKey, type KeyObject, randomBytes, type webcrypto } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { formatSpiffeId, type SpiffeId, trustDomainId } from '../../kernel/identity/spiffe-id.ts'
import type { x509 as Library } from './certificate-library.ts'
import { CODE_DIGEST_ATTRIBUTE, codeDigestAttribute } from './code-digest.ts'

/** Life of a root, in milliseconds. */
export const ROOT_LIFE_MS = 5 * 366 * 86_400_000
/** How much the clocks of two machines may differ, in milliseconds. */
export const CLOCK_SKEW_MS = 60_000

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
/** RFC 5280 section 4.1.2.2: positive, at most 20 bytes; 64 of its bits at least are random. */
const SERIAL_BYTES = 16

/** A root with its private key. */
export interface SigningRoot {
  /** PEM. */
  readonly cert: string
  readonly key: KeyObject
}

/** What a leaf is to say. */
export interface LeafRequest {
  readonly id: SpiffeId
  /** Of P-256. */
  readonly publicKey: KeyObject
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly ttlMs: number
  /** Names and addresses under which a server is reached. */
  readonly hosts?: readonly string[]
  /** Digest of the code that was attested. */
  readonly digest?: string
}

/** A certificate that was issued. */
export interface IssuedLeaf {
  /** PEM. */
  readonly cert: string
  /** Hex digits. */
  readonly serial: string
  readonly expires: number
}

/** Makes a root that signs itself. */
export async function makeRoot(
  trustDomain: string,
  { key, now }: { readonly key: KeyObject; readonly now: number },
): Promise<string> {
  const x509 = await library()
  const keys = { publicKey: await publicKeyOf(key), privateKey: await signingKeyOf(key) }
  const serialNumber = newSerial()
  // Two roots never share a name, or a chain could be tried against the wrong one.
  const name = [{ O: [trustDomain] }, { CN: [`Portcullis CA ${serialNumber.slice(0, 8)}`] }]
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber, name, keys, signingAlgorithm: P256 },
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(now + ROOT_LIFE_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      // X509-SVID section 2: the id of an authority has no path.
      new x509.SubjectAlternativeNameExtension([
        { type: 'url', value: trustDomainId(trustDomain) },
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return root.toString('pem')
}

/**
 * Issues an X.509-SVID.
 * @throws PortcullisError `REQUEST_INVALID` for a key that is not of P-256.
 */
export async function issueLeaf(root: SigningRoot, request: LeafRequest): Promise<IssuedLeaf> {
  const x509 = await library()
  const { now, ttlMs, hosts = [] } = request
  const authority = new x509.X509Certificate(root.cert)
  const publicKey = await publicKeyOf(request.publicKey)
  const serialNumber = newSerial()
  const notAfter = new Date(Math.min(now + ttlMs, authority.notAfter.getTime()))
  const leaf = await x509.X509CertificateGenerator.create({
    ...{ serialNumber, publicKey, signingAlgorithm: P256, notAfter },
    // A leaf that is called as its root counts as one that signed itself.
    subject: subjectOf(request),
    issuer: authority.subject,
    signingKey: await signingKeyOf(root.key),
    notBefore: new Date(now - CLOCK_SKEW_MS),
    extensions: [...(await extensionsOf(x509, request, { publicKey, authority, hosts }))],
  })
  // Certificates count whole seconds.
  return { cert: leaf.toString('pem'), serial: serialNumber, expires: leaf.notAfter.getTime() }
}

function subjectOf({ id, digest }: LeafRequest) {
  return [
    { O: [id.trustDomain] },
    { OU: [id.kind] },
    { CN: [id.id] },
    ...(digest === undefined ? [] : [{ [CODE_DIGEST_ATTRIBUTE]: [codeDigestAttribute(digest)] }]),
  ]
}

interface Names {
  readonly publicKey: webcrypto.CryptoKey
  readonly authority: Library.X509Certificate
  readonly hosts: readonly string[]
}

async function extensionsOf(
  x509: typeof Library,
  { id }: LeafRequest,
  { publicKey, authority, hosts }: Names,
): Promise<readonly Library.Extension[]> {
  const { clientAuth, serverAuth } = x509.ExtendedKeyUsage
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([clientAuth, serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      { type: 'url', value: formatSpiffeId(id) },
      ...hosts.map((value) => ({
        type: isAddress(value) ? ('ip' as const) : ('dns' as const),
        value,
      })),
    ]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
  ]
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(':')
}

async function library() {
  // Read where the first certificate is made: most runtimes make none.
  const { x509 } = await import('./certificate-library.ts')
  return x509
}

function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

async function publicKeyOf(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const isP256 = key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (!isP256) throw new PortcullisError('REQUEST_INVALID', 'the key of an SVID is one of P-256')
  return publicHalf(key).toCryptoKey(P256, true, ['verify'])
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key
}

async function signingKeyOf(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return key.toCryptoKey(P256, false, ['sign'])
}
