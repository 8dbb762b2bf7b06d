import { AccessCandidate, type Connectors, connect } from '../../src/client.ts'
import type { RunningRuntime } from './running-runtime.ts'

/** A plain HTTP request of the actions door, by this agent's own token. */
export async function act(
  { runtime }: RunningRuntime,
  agent: string,
  call: { readonly path: string; readonly body: unknown; readonly headers?: object },
): Promise<{ readonly status: number; readonly code?: string; readonly body: unknown }> {
  const { token } = await runtime.operations.issueToken(agent, {})
  const response = await fetch(`${runtime.address}/v1/${call.path}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...call.headers,
    },
    body: JSON.stringify(call.body),
  })
  const body = (await response.json()) as { readonly error?: { readonly code: string } }
  const { error } = body
  return { status: response.status, body, ...(error && { code: error.code }) }
}

/** The SDK over a connection of this agent. */
export async function connectorsOf(
  { runtime }: RunningRuntime,
  agent: string,
): Promise<Connectors> {
  const { token } = await runtime.operations.issueToken(agent, {})
  return connect({ url: runtime.address, token })
}

/** Its storage, asked for as the agent itself. */
export async function storageOf(running: RunningRuntime, agent: string) {
  const connectors = await connectorsOf(running, agent)
  return connectors.getStorageConnector().user(AccessCandidate.agent(agent))
}
