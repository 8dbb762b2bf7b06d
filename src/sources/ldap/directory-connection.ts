import { readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Client } from 'ldapts'

/** Milliseconds to connect, and for one operation. */
export const LDAP_CONNECT_WAIT_MS = 3_000
export const LDAP_OPERATION_WAIT_MS = 5_000

export interface DirectoryServer {
  /** `ldaps://…`, or `ldap://…` with `startTls` or on this machine. */
  readonly url: string
  readonly startTls: boolean
  /** File in PEM: the only authority that is believed; by default those of the system. */
  readonly ca?: string
}

/**
 * A connection to a directory, encrypted before anything is said on it. It is made once: a client
 * that connected again by itself would send the password over a line that nobody has encrypted.
 */
export async function connectDirectory({ url, startTls, ca }: DirectoryServer): Promise<Client> {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  const tls: ConnectionOptions = {
    ...{ host, minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca: readFileSync(ca) }),
  }
  const client = new Client({
    ...{ url, strictDN: true, createConnection: once() },
    // With these the client speaks TLS from the first byte, whatever the address says.
    ...(!startTls && url.startsWith('ldaps:') && { tlsOptions: tls }),
    ...{ timeout: LDAP_OPERATION_WAIT_MS, connectTimeout: LDAP_CONNECT_WAIT_MS },
  })
  if (startTls) await client.startTLS(tls)
  return client
}

function once(): typeof connect {
  let isMade = false
  return ((...args: Parameters<typeof connect>) => {
    if (isMade) throw new Error('the directory closed the connection')
    isMade = true
    return connect(...args)
  }) as typeof connect
}
