import { protocol } from '../server-message.ts'

/** Characters of the address that a server names for its messages. */
const ENDPOINT_LIMIT_CHARS = 8 * 1024

/**
 * Where messages are to be sent, as the first event of a stream says: a path at the very server
 * that was configured. Another one would be handed the credential and every call.
 * @throws PortcullisError `UPSTREAM_PROTOCOL` for any other address.
 */
export function messageEndpoint(server: string, said: string): string {
  const origin = new URL(server).origin
  const url = said.length <= ENDPOINT_LIMIT_CHARS ? URL.parse(said, server) : null
  if (url === null) throw protocol('the server names no address for its messages')
  if (url.origin !== origin || url.username !== '' || url.password !== '') {
    throw protocol('the server wants its messages sent to another server')
  }
  return `${url.pathname}${url.search}`
}
