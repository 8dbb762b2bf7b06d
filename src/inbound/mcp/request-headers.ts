import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import type { RpcMessage } from '../../kernel/jsonrpc/message.ts'
import { isLoopbackConnection } from '../loopback.ts'
import { clientCertificateOf } from './client-certificates.ts'
import { decodeHeader } from './header-value.ts'

/** Revisions of MCP that the door speaks, the newest first. */
export const MCP_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

/**
 * What a request presents to prove who sends it: its header, never its address, and what its
 * connection has proved.
 */
export function credentialOf(request: IncomingMessage): Credential {
  // Of two credentials something before us may have looked at the other.
  if (isRepeated(request, 'authorization')) return { kind: 'none' }
  const { authorization } = request.headers
  const certificate = clientCertificateOf(request.socket)
  const beside = certificate === undefined ? {} : { certificate }
  // A header that cannot be read is no silence: the certificate does not speak for it.
  if (authorization === undefined && certificate !== undefined) {
    return { kind: 'certificate', certificate }
  }
  const [, scheme, token] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? []
  if (scheme === undefined || token === undefined) return { kind: 'none' }
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { kind: 'bearer', token, loopback: isLoopbackConnection(request.socket), ...beside }
    case 'dpop':
      return {
        kind: 'dpop',
        token,
        proof: textOf(request.headers.dpop) ?? '',
        method: request.method ?? '',
        url: addressOf(request),
        ...beside,
      }
    default:
      return { kind: 'none' }
  }
}

/** Node keeps the first of some headers that come twice, and says nothing. */
/** Is a header there more than once? Node keeps the first and says nothing. */
export function isRepeated({ rawHeaders }: IncomingMessage, name: string): boolean {
  let times = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const each = rawHeaders[at]
    if (each?.length === name.length && each.toLowerCase() === name) times++
  }
  return times > 1
}

/** RFC 9449 section 4.2: the address without query and fragment. */
function addressOf(request: IncomingMessage): string {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http'
  const [path = ''] = (request.url ?? '').split('?')
  return `${scheme}://${request.headers.host ?? ''}${path}`
}

/** Refuses a body that is not JSON, and a client that takes no JSON. */
export function checkMediaTypes(headers: IncomingHttpHeaders): void {
  const [essence = ''] = (headers['content-type'] ?? '').split(';')
  if (essence.trim().toLowerCase() !== 'application/json') {
    throw new PortcullisError('REQUEST_CONTENT_TYPE', 'the body is not `application/json`')
  }
  checkAccept(headers, 'application/json')
}

/** A client that does not say what it takes, takes anything (RFC 9110 section 12.5.1). */
export function checkAccept(headers: IncomingHttpHeaders, type: string): void {
  if (accepts(headers, type)) return
  throw new PortcullisError('REQUEST_NOT_ACCEPTABLE', `the client does not accept \`${type}\``)
}

export function accepts(headers: IncomingHttpHeaders, type: string): boolean {
  if (headers.accept === undefined) return true
  const family = `${type.slice(0, type.indexOf('/'))}/*`
  const accepted = headers.accept.split(',').map((range) => {
    const [essence = ''] = range.split(';')
    return essence.trim().toLowerCase()
  })
  return [type, family, '*/*'].some((range) => accepted.includes(range))
}

/** @throws PortcullisError `REQUEST_VERSION_UNSUPPORTED` for a revision not spoken here. */
export function checkVersion(headers: IncomingHttpHeaders): void {
  const version = textOf(headers['mcp-protocol-version'])
  if (version === undefined || MCP_VERSIONS.some((known) => known === version)) return
  throw new PortcullisError('REQUEST_VERSION_UNSUPPORTED', `MCP \`${version}\` is not spoken here`)
}

/** @throws PortcullisError `REQUEST_HEADER_MISMATCH` for another revision than the session's. */
export function checkSessionVersion(headers: IncomingHttpHeaders, agreed: string): void {
  const version = textOf(headers['mcp-protocol-version'])
  if (version !== undefined && version !== agreed) throw mismatch('mcp-protocol-version')
}

/**
 * The body is the truth. Where a header repeats a part of it, for those who route and judge by
 * headers, both must say the same, or we would act on what nobody before us saw.
 * @throws PortcullisError `REQUEST_HEADER_MISMATCH`.
 */
export function checkMirroredHeaders(headers: IncomingHttpHeaders, message: RpcMessage): void {
  const method = textOf(headers['mcp-method'])
  const name = textOf(headers['mcp-name'])
  const body = message.kind === 'response' ? undefined : message
  if (method !== undefined && decodeHeader(method) !== body?.method) throw mismatch('mcp-method')
  if (name === undefined) return
  const named = body?.method === 'resources/read' ? body.params.uri : body?.params.name
  if (decodeHeader(name) !== named) throw mismatch('mcp-name')
}

/** Repeated headers of other names arrive joined by commas, and so match nothing. */
export function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}

function mismatch(header: string): PortcullisError {
  return new PortcullisError('REQUEST_HEADER_MISMATCH', `\`${header}\` contradicts the request`)
}
