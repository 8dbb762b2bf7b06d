import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import type { AccountConnector, ProvedAccount } from '../../src/pipeline/ports.ts'
import { type OAuthAgent, oauthAgent } from './oauth-agent.ts'
import { runRuntime } from './running-runtime.ts'

export const BACK = 'http://127.0.0.1:8976/back'
/** What policies demand unless a test says otherwise. */
const POLICY = 'policy p { allow: * }'

/** The one human that there is; her password is `correct horse`. */
export const ALICE: AccountConnector = {
  name: 'alice',
  async password({ tenant, name, password }) {
    if (tenant !== DEFAULT_TENANT || name !== 'alice') return { kind: 'unknown' }
    if (password !== 'correct horse') return { kind: 'refused' }
    const account: ProvedAccount = {
      ...{ id: 'alice', subject: 'alice', mfaVerified: true, roles: ['staff'] },
      ...{ via: 'password', attributes: { clearance: 'secret' } },
    }
    return { kind: 'proved', account }
  },
}

export interface OAuthRuntimeSetup {
  readonly policy?: string
  /** Lines of `[agents.NAME]` beside its keys, by name. */
  readonly agents: Readonly<Record<string, string>>
  readonly more?: string
}

/** A whole runtime whose agents have keys of their own. */
export async function oauthRuntime({ policy = POLICY, agents, more = '' }: OAuthRuntimeSetup) {
  const known = new Map<string, OAuthAgent>()
  const tables: string[] = []
  for (const [name, lines] of Object.entries(agents)) {
    const agent = await oauthAgent(name)
    known.set(name, agent)
    tables.push(`[agents.${name}]\nroles = []\nkeys = ['${agent.jwk}']\n${lines}`)
  }
  const running = await runRuntime({
    ...{ policy, agents: [], more: `${tables.join('\n')}\n${more}`, connectors: [ALICE] },
  })
  return {
    running,
    issuer: running.runtime.address,
    agent(name: string): OAuthAgent {
      const agent = known.get(name)
      if (agent === undefined) throw new Error(`no agent ${name}`)
      return agent
    },
  }
}

/** A message to the MCP endpoint, without any client library. */
export function askMcp(
  issuer: string,
  { method = 'initialize', params = INITIALIZE, headers = {} }: McpRequest,
): Promise<Response> {
  return fetch(`${issuer}/mcp`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
}

interface McpRequest {
  readonly method?: string
  readonly params?: object
  readonly headers?: Record<string, string>
}

const INITIALIZE = {
  ...{ protocolVersion: '2025-11-25', capabilities: {} },
  clientInfo: { name: 'test', version: '1' },
}
