import { PortcullisError } from '../../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../kernel/json/value.ts'
import { METHOD_NOT_FOUND, PeerError } from '../../../kernel/mcp/peer-error.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'

/** Methods whose results may ask for input (MCP 2026-07-28, multi round-trip requests). */
export const INPUT_METHODS: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
])

/** What a server asked for is nothing that this client said it can do: to the server, no method. */
export class MissingCapability extends PeerError {
  /** The capabilities that would have to be declared. */
  readonly required: JsonObject

  constructor(required: JsonObject) {
    const told = { code: METHOD_NOT_FOUND, message: 'Method not found' }
    super('CLIENT_INCAPABLE', `the client declares no ${JSON.stringify(required)}`, told)
    this.required = required
  }
}

/**
 * Nothing is ever asked of a client that it did not declare, with this very request.
 * @throws MissingCapability, and `UPSTREAM_PROTOCOL` for what no server may ask.
 */
export function checkDeclared(capabilities: JsonObject, request: McpMessage): void {
  const required = requiredBy(request)
  if (required === undefined) {
    throw new PortcullisError('UPSTREAM_PROTOCOL', `no server may ask for \`${request.method}\``)
  }
  if (!holds(capabilities, required)) throw new MissingCapability(required)
}

function requiredBy({ method, params }: McpMessage): JsonObject | undefined {
  switch (method) {
    case 'roots/list':
      return { roots: {} }
    case 'sampling/createMessage':
      return 'tools' in params || 'toolChoice' in params
        ? { sampling: { tools: {} } }
        : { sampling: {} }
    case 'elicitation/create':
      return { elicitation: params.mode === 'url' ? { url: {} } : { form: {} } }
    default:
      return undefined
  }
}

function holds(has: JsonObject, required: JsonObject): boolean {
  return Object.entries(required).every(([name, parts]) => {
    const part = has[name]
    return isJsonObject(part) && Object.keys(parts as JsonObject).every((of) => hasPart(part, of))
  })
}

/** MCP, elicitation: who names no mode can do forms. */
function hasPart(capability: JsonObject, name: string): boolean {
  if (name === 'form' && Object.keys(capability).length === 0) return true
  return isJsonObject(capability[name] as JsonValue)
}

/** Does a side that declares this know tasks in place of results (SEP-2663)? */
export function takesTasks({ extensions }: JsonObject): boolean {
  return isJsonObject(extensions) && isJsonObject(extensions[TASKS])
}

export const TASKS = 'io.modelcontextprotocol/tasks'
