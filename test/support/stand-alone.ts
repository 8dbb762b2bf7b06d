import type { JsonObject, JsonValue } from '../../src/kernel/json/value.ts'
import { as, type Reply, type RunningDoor, request } from './running-door.ts'

export const REVISION = '2026-07-28'

const META = 'io.modelcontextprotocol'

/** The `_meta` of a request of MCP 2026-07-28. */
export const metaOf = (capabilities: JsonObject = {}, beside: JsonObject = {}): JsonObject => ({
  [`${META}/protocolVersion`]: REVISION,
  [`${META}/clientInfo`]: { name: 'test', version: '0' },
  [`${META}/clientCapabilities`]: capabilities,
  ...beside,
})

export interface StandAlone {
  readonly method: string
  readonly params?: JsonObject
  readonly id?: JsonValue
  readonly capabilities?: JsonObject
  /** More members of `_meta`. */
  readonly meta?: JsonObject
  /** Who sends it: `sales` unless it is said. */
  readonly agent?: string
  /** Headers beside those that the revision wants, or in place of them; empty ones are not sent. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that stands alone, with the headers that its body asks for. */
export function standAlone(asked: StandAlone) {
  const { method, params = {}, id = 1, capabilities, meta, agent = 'sales', headers = {} } = asked
  const name = params.name ?? params.uri ?? params.taskId
  const sent = {
    ...as(agent),
    'mcp-protocol-version': REVISION,
    'mcp-method': method,
    ...(typeof name === 'string' && { 'mcp-name': name }),
    ...headers,
  }
  return {
    message: request(method, { _meta: metaOf(capabilities, meta), ...params }, id),
    headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
  }
}

/** Posts one and reads its answer, which is no stream. */
export function ask(door: Pick<RunningDoor, 'post'>, asked: StandAlone): Promise<Reply> {
  const { message, headers } = standAlone(asked)
  return door.post(message, headers)
}
