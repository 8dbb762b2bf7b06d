import type { ErrorCode } from '../errors.ts'

const EXPIRED = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']
const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]
const TOO_OLD = [
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_VERSION_TOO_LOW',
]
const REFUSED = [
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
]

const FAULTS: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ...EXPIRED.map((code) => [code, 'PEER_CERTIFICATE_EXPIRED'] as const),
  ...UNTRUSTED.map((code) => [code, 'PEER_CERTIFICATE_UNTRUSTED'] as const),
  ...TOO_OLD.map((code) => [code, 'PEER_TLS_TOO_OLD'] as const),
  ...REFUSED.map((code) => [code, 'PEER_REFUSED_CERTIFICATE'] as const),
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'PEER_CERTIFICATE_MISNAMED'],
])

/**
 * What is wrong with the other side of a TLS connection that we open, by the code that Node gives:
 * of OpenSSL's X509_verify_cert_error_string(3), or of an alert (RFC 8446 section 6.2).
 */
export function peerFaultOf(code: string): ErrorCode | undefined {
  return FAULTS.get(code)
}
