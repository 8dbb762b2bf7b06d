import { decisionEvent } from '../contract/watch-event.ts'
import type { AdminOperations } from '../inbound/admin/admin-server.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import { openCheckpoint } from '../kernel/tlog/checkpoint.ts'
import { parseVerifierKey } from '../kernel/tlog/note.ts'
import { budgetOperations } from './budget-operations.ts'
import type { Parts } from './compose.ts'
import { recordLifecycle } from './lifecycle.ts'
import { toolSchemas } from './tool-schemas.ts'
import { VERSION } from './version.ts'

const NOT_RECORDED = { kept: 0, dropped: 0 }

/** What operators may do with a runtime. What changes something leaves a receipt first. */
export function operations(parts: Parts, address: string): AdminOperations {
  const { config, ledger, servers, namespaces, policies, identities, keys, ports } = parts
  const { recording } = parts
  const started = new Date(ports.clock.now()).toISOString()
  const key = parseVerifierKey(keys.vkey)
  return {
    status: () => ({
      ...{ version: VERSION, pid: process.pid, started, address },
      policy: {
        version: policies.current().version,
        recording: { on: recording !== undefined, ...(recording?.counts() ?? NOT_RECORDED) },
      },
      ledger: { origin: ledger.origin, size: openCheckpoint(ledger.checkpoint(), key).size },
      agents: Object.entries(config.agents).map(([name, { roles, tokenTtlMs }]) => ({
        ...{ name, roles: [...roles], tokenTtlMs },
      })),
      servers: servers.status().map((status) => ({ ...status })),
      namespaces: [...namespaces],
    }),
    ...budgetOperations(parts),
    async issueToken(agent, { ttlMs = config.agents[agent]?.tokenTtlMs ?? 0, dpopJkt }) {
      const now = ports.clock.now()
      const id = ports.ids.next()
      const binding = dpopJkt === undefined ? {} : { dpopJkt }
      const token = await identities.issue({ agent, id, now, ttlMs, ...binding })
      const expires = new Date(now + ttlMs).toISOString()
      await recordLifecycle(ports, 'agent.token_issued', `${agent} ${id} until ${expires}`)
      return { token, agent, expires }
    },
    async reloadPolicies() {
      const before = policies.current().version
      const { ok, version, diagnostics } = policies.reload()
      if (ok) return { version, changed: version !== before }
      const rendered = diagnostics.map(renderDiagnostic).join('\n\n')
      throw new PortcullisError('POLICY_INVALID', `the policies in force stay\n\n${rendered}\n`)
    },
    tools: () => ({ tools: [...toolSchemas(servers.tools())] }),
    watch: (listener) =>
      ledger.subscribe((receipt) => {
        const event = decisionEvent(receipt)
        if (event !== undefined) listener(event)
      }),
  }
}
