import type { JsonObject } from '../../kernel/json/value.ts'
import { METHOD_NOT_FOUND, PeerError } from '../../kernel/mcp/peer-error.ts'

/** What a client must have declared for a server to ask it of it. */
const CAPABILITIES: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

/** What is declared where each caller may have declared something else: all that there is. */
export const ANY_CAPABILITIES: JsonObject = Object.fromEntries(
  Object.values(CAPABILITIES).map((name) => [name, {}]),
)

/** @throws PeerError when a client that declared this may not be asked so. */
export function checkDeclared(capabilities: JsonObject, method: string): void {
  const capability = CAPABILITIES[method]
  if (capability !== undefined && capabilities[capability] === undefined) throw nobodyToAsk()
}

/** What a server gets that asks where nobody can answer. */
export function nobodyToAsk(): PeerError {
  const answered = { code: METHOD_NOT_FOUND, message: 'method not found' }
  return new PeerError(
    'REQUEST_METHOD_UNKNOWN',
    'the client declared nothing of the kind',
    answered,
  )
}
