import { readFileSync } from 'node:fs'
import { PortcullisError } from '../../kernel/errors.ts'
import { fixed } from './live.ts'
import { type Connect, PLAIN_PEER, peerConnector } from './peer-connector.ts'

/** How long a connection of a command may take to be made, in milliseconds. */
const CONNECTING_WAIT_MS = 10_000

/** What a command is told of TLS to somebody else: files in PEM, and pins. */
export interface TlsFiles {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly pins?: readonly string[]
}

/**
 * How a command opens connections.
 * @throws PortcullisError `REQUEST_INVALID` for a certificate without its key, `FILE_UNREADABLE`.
 */
export function connectorOf({ ca, cert, key, pins = [] }: TlsFiles): Connect {
  if ((cert === undefined) !== (key === undefined)) {
    throw new PortcullisError('REQUEST_INVALID', 'a client certificate needs its key, and it one')
  }
  const pair = cert && key && { cert: readPem(cert), key: readPem(key) }
  const peer = {
    ...PLAIN_PEER,
    pins,
    ...(ca !== undefined && { authorities: fixed([readPem(ca)]) }),
    ...(pair && { certificate: fixed(pair) }),
  }
  return peerConnector(peer, { timeoutMs: CONNECTING_WAIT_MS })
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read`, { cause })
  }
}
