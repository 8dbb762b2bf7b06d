import { errors } from 'oidc-provider'
import { codeOf, ERRORS, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'

/** What went wrong, in our terms; nothing for a step that every client goes through. */
export function codeOfFailure(error: unknown): ErrorCode | undefined {
  if (error instanceof PortcullisError) return error.code
  if (!(error instanceof errors.OIDCProviderError)) return 'INTERNAL'
  if (error.cause instanceof PortcullisError) return error.cause.code
  return error.error === 'use_dpop_nonce'
    ? undefined
    : (CODES[error.error] ?? 'OAUTH_REQUEST_INVALID')
}

/** Errors of RFC 6749, 7591, 8707 and 9449 by the code that stands in receipts. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  invalid_client: 'OAUTH_CLIENT_UNPROVED',
  invalid_grant: 'OAUTH_GRANT_INVALID',
  invalid_scope: 'OAUTH_SCOPE_INVALID',
  invalid_target: 'OAUTH_TARGET_INVALID',
  invalid_dpop_proof: 'OAUTH_PROOF_INVALID',
  invalid_token: 'OAUTH_REGISTRATION_REFUSED',
  invalid_client_metadata: 'OAUTH_METADATA_INVALID',
  invalid_redirect_uri: 'OAUTH_METADATA_INVALID',
  access_denied: 'OAUTH_LOGIN_REFUSED',
}

/** A failure of ours as the provider passes one on. The code goes along. */
export function oauthError(cause: unknown): Error {
  const options = { cause }
  switch (codeOf(cause)) {
    case 'OAUTH_SCOPE_INVALID':
    case 'OAUTH_SCOPE_WIDER':
      return new errors.InvalidScope('scope', undefined, options)
    case 'OAUTH_TARGET_INVALID':
      return new errors.InvalidTarget(options)
    case 'OAUTH_PROOF_INVALID':
      return new errors.InvalidDpopProof(options)
    case 'OAUTH_REGISTRATION_REFUSED':
      return new errors.InvalidToken(options)
    case 'OAUTH_METADATA_INVALID':
      return new errors.InvalidClientMetadata('metadata', options)
    case 'OAUTH_REQUEST_INVALID':
      return new errors.InvalidRequest('request', undefined, options)
    case 'INTERNAL':
    case 'OAUTH_UNAVAILABLE':
      return cause instanceof Error ? cause : new Error('thrown')
    default:
      return new errors.InvalidGrant(options)
  }
}

/** RFC 6749 section 5.2, with our code beside. It tells no more than the code does. */
export function errorBody(code: ErrorCode, error: string): object {
  return { error, error_description: ERRORS[code].agent, code }
}
