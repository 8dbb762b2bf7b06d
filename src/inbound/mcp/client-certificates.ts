import { hash, type X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ErrorCode } from '../../kernel/errors.ts'
import type { ClientCertificate } from '../../kernel/identity/credential.ts'

/** Longest time that a timer of Node waits, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

const proved = new WeakMap<Socket, ClientCertificate>()

/** The certificate that the peer of this connection proved in the handshake, if any. */
export function clientCertificateOf(socket: Socket): ClientCertificate | undefined {
  return proved.get(socket)
}

/**
 * Admits a connection once its handshake is done, or says why not. Node has checked the chain, but
 * leaves it to us what follows: over TLS 1.3 a refused client may believe that it succeeded.
 */
export function admitPeer(socket: TLSSocket, required: boolean): ErrorCode | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return required ? 'CLIENT_CERTIFICATE_MISSING' : undefined
  if (!socket.authorized) return faultOf(socket.authorizationError)
  proved.set(socket, {
    der: certificate.raw,
    thumbprint: hash('sha256', certificate.raw, 'base64url'),
  })
  endWith(certificate, socket)
  return undefined
}

/** No connection outlives the certificate that opened it. */
function endWith({ validToDate }: X509Certificate, socket: TLSSocket): void {
  const left = Math.min(validToDate.getTime() - Date.now(), LONGEST_TIMER_MS)
  const timer = setTimeout(() => socket.destroy(), Math.max(left, 0)).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** Codes of OpenSSL's X509_verify_cert_error_string(3), as Node hands them over. */
function faultOf(error: unknown): ErrorCode {
  const code = String(error instanceof Error && 'code' in error ? error.code : error)
  const untimely = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID'
  return untimely ? 'CLIENT_CERTIFICATE_EXPIRED' : 'CLIENT_CERTIFICATE_INVALID'
}

const TOO_OLD = new Set(['ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_VERSION_TOO_LOW'])

/** Why a handshake broke off; nothing where the failure is none of TLS. */
export function handshakeFault(
  error: NodeJS.ErrnoException,
  socket: Socket,
): ErrorCode | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const { code = '' } = error
  if (TOO_OLD.has(code)) return 'TLS_VERSION_REFUSED'
  return /^ERR_(?:SSL|TLS)_/.test(code) ? 'TLS_HANDSHAKE_FAILED' : undefined
}
