import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { RpcRequest } from '../../kernel/jsonrpc/message.ts'
import type { AboutClient } from '../../pipeline/ports.ts'
import { type Answer, resultAnswer } from './answer.ts'
import { MCP_VERSIONS } from './request-headers.ts'
import { aboutScope, checkServer } from './scopes/about-scope.ts'
import type { Session, Terms } from './sessions.ts'
import type { Door, Visit } from './visit.ts'

/** Characters, as JSON, of what a client may say of itself: it is kept as long as its session. */
export const ABOUT_CLIENT_LIMIT = 16 * 1024

/**
 * Opens a session: with all servers as one, or with the one that the address names, which is then
 * what the answer is about. The revision is agreed on with the client alone; a server may speak
 * another.
 * @throws PortcullisError `REQUEST_INVALID`, `MCP_SERVER_UNKNOWN`, `SESSION_LIMIT`, `UPSTREAM_*`.
 */
export async function initialize(
  { id, params }: RpcRequest,
  visit: Visit,
  door: Door,
): Promise<Answer> {
  const about = readAbout(params)
  const { server } = visit
  if (server !== undefined) checkServer(server, visit, door)
  const session = await openSession(visit, { server, about }, door)
  try {
    const { client } = session
    const { beside, ...said } = await aboutScope({ visit, server, client }, door)
    const result = { protocolVersion: about.protocolVersion, ...said, ...beside }
    return resultAnswer(id, JSON.stringify(result), { 'mcp-session-id': session.id })
  } catch (error) {
    door.sessions.end(session, 'without its server')
    throw error
  }
}

/** MCP 2025-11-25, lifecycle: the version asked for if it is known, else the newest that is. */
function readAbout(params: JsonObject): AboutClient {
  const { protocolVersion: asked, capabilities, clientInfo } = params
  if (typeof asked !== 'string') {
    throw new PortcullisError('REQUEST_INVALID', '`protocolVersion` is a string')
  }
  if (JSON.stringify([capabilities, clientInfo]).length > ABOUT_CLIENT_LIMIT) {
    throw new PortcullisError('REQUEST_INVALID', 'the client says too much of itself')
  }
  return {
    protocolVersion: MCP_VERSIONS.find((known) => known === asked) ?? MCP_VERSIONS[0],
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    clientInfo: isJsonObject(clientInfo) ? clientInfo : {},
  }
}

/** Nobody learns the name of a session that has no receipt. */
async function openSession(visit: Visit, terms: Terms, door: Door): Promise<Session> {
  const session = door.sessions.open(visit, terms)
  const { identity, channel, version } = session
  try {
    await door.gate.note({ name: 'session.opened', detail: `MCP ${version}` }, channel, identity)
    return session
  } catch (error) {
    door.sessions.end(session, 'unrecorded')
    throw error
  }
}
