import { PortcullisError } from '../errors.ts'
import type { ClientCertificate } from './credential.ts'

/** The `cnf` claim of a token that is bound to a certificate (RFC 8705 section 3.1). */
export const CERTIFICATE_BINDING = 'x5t#S256'

/**
 * Holds a token that is bound to a certificate against the one that the connection proved.
 * @throws PortcullisError `IDENTITY_UNPROVED` when there is none, or it is another.
 */
export function checkCertificateBinding(
  bound: string,
  certificate: ClientCertificate | undefined,
): void {
  // Both are public: whoever presents the token knows them, so time tells nothing.
  if (certificate !== undefined && certificate.thumbprint === bound) return
  throw new PortcullisError('IDENTITY_UNPROVED', 'the token is bound to another certificate')
}
