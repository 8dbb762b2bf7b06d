import 'reflect-metadata'
import { createPrivateKey, createPublicKey, KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** A certificate with its key, both also as PEM. Made without any code of ours. */
export interface Minted {
  readonly cert: string
  readonly key: string
  readonly x509: x509.X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

export interface MintOptions {
  readonly subject?: string
  /** Subject alternative names, in their order. */
  readonly names?: readonly { readonly type: 'url' | 'dns' | 'ip'; readonly value: string }[]
  /** From and to, in milliseconds from now. */
  readonly life?: readonly [from: number, to: number]
  readonly ca?: boolean
  readonly usages?: number
  readonly serial?: string
  /** Whose key it is for; by default a new one. */
  readonly keys?: webcrypto.CryptoKeyPair
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const HOUR_MS = 3_600_000
let minted = 0

/** One that somebody else made, from its files. */
export async function readMinted(cert: string, key: string): Promise<Minted> {
  const certificate = new x509.X509Certificate(cert)
  const privateKey = createPrivateKey(key).toCryptoKey(ALGORITHM, true, ['sign'])
  const publicKey = createPublicKey(key).toCryptoKey(ALGORITHM, true, ['verify'])
  return { cert, key, x509: certificate, keys: { privateKey, publicKey } }
}

/** A root that signs itself. */
export function mintRoot(options: MintOptions = {}): Promise<Minted> {
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags
  const usages = keyCertSign | cRLSign
  return mint({ subject: `CN=Test CA ${minted}`, ca: true, usages, ...options })
}

/** A certificate by `issuer`, or by itself where there is none. */
export async function mint(options: MintOptions, issuer?: Minted): Promise<Minted> {
  x509.cryptoProvider.set(webcrypto)
  const { subject = 'CN=leaf', names = [], life = [-HOUR_MS, HOUR_MS], ca = false } = options
  const { usages = x509.KeyUsageFlags.digitalSignature } = options
  const keys =
    options.keys ?? (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']))
  minted += 1
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: options.serial ?? `4${minted.toString(16).padStart(7, '0')}`,
    subject,
    issuer: issuer?.x509.subject ?? subject,
    notBefore: new Date(Date.now() + life[0]),
    notAfter: new Date(Date.now() + life[1]),
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...names])]),
    ],
  })
  const key = KeyObject.from(keys.privateKey)
  return {
    cert: certificate.toString('pem'),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    x509: certificate,
    keys,
  }
}
