import type { PolicyChange as PolicyChangeAnswer } from '../contract/policy-changes.ts'
import { decisionEvent } from '../contract/watch-event.ts'
import type { AdminOperations } from '../inbound/admin/admin-operations.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import { type Caller, OPERATOR } from './admin/caller.ts'
import { approvalOperations } from './approval-operations.ts'
import { budgetOperations } from './budget-operations.ts'
import { standingOperations } from './identity/standing-operations.ts'
import { keyOperations, keysOfOthers, trustStatus } from './keys/key-operations.ts'
import type { Listening } from './listen.ts'
import { agentClientOperations } from './oauth/agent-client-operations.ts'
import type { PeopleDesk } from './people/people-desk.ts'
import { peopleOperations } from './people/people-operations.ts'
import type { PolicyChange } from './policy-control.ts'
import { privacyOperations } from './privacy/privacy-operations.ts'
import { recordEvent } from './record-event.ts'
import { aclOperations } from './resources/acl-operations.ts'
import { certificateOperations } from './run/certificate-operations.ts'
import type { ServerDesk } from './servers/server-desk.ts'
import { serverOperations } from './servers/server-operations.ts'
import type { TenantParts } from './tenant/open-tenant.ts'
import { tenantOperations } from './tenant/tenant-operations.ts'
import { toolSchemas } from './tool-schemas.ts'
import { toolOperations } from './tools/tool-operations.ts'
import { VERSION } from './version.ts'

/** Where agents and people are let in, and what they have open there. */
export interface Doors extends Pick<Listening, 'address' | 'sessions'> {
  readonly desk: PeopleDesk
  readonly serverDesk: ServerDesk
}

const NOT_RECORDED = { kept: 0, dropped: 0 }

/**
 * What operators may do with one tenant of a runtime. What changes something leaves a receipt
 * first, in the log of that tenant.
 */
export function operations(
  parts: TenantParts,
  { address, sessions, desk, serverDesk }: Doors,
  caller: Caller = OPERATOR,
): AdminOperations {
  const { by } = caller
  const { standing, tenant, config, ledger, servers, policies, tokens, ports } = parts
  const { recording, control } = parts
  return {
    status: () => ({
      ...{ version: VERSION, pid: process.pid, started: parts.started, address },
      policy: {
        version: policies.current().version,
        ...{ reload: config.policy.reload, held: policies.held },
        recording: { on: recording !== undefined, ...(recording?.counts() ?? NOT_RECORDED) },
      },
      ledger: { origin: ledger.origin, size: ledger.of(tenant).size },
      trust: trustStatus(parts.keyDesk.trust),
      agents: Object.entries(config.agents).map(([name, { roles, tokenTtlMs }]) => ({
        ...{ name, roles: [...roles], tokenTtlMs },
      })),
      servers: servers.status().map((status) => ({ ...status })),
      namespaces: Object.keys(config.memory),
      certificates: tenant === DEFAULT_TENANT ? [...parts.certificates.status()] : [],
    }),
    ...budgetOperations(parts, by),
    async issueToken(agent, { ttlMs = config.agents[agent]?.tokenTtlMs ?? 0, dpopJkt }) {
      standing.checkPrincipal({ tenant, what: 'agent', id: agent })
      const now = ports.clock.now()
      const id = ports.ids.next()
      const binding = dpopJkt === undefined ? {} : { dpopJkt }
      if (dpopJkt === undefined) parts.log.warn('token.unbound', { agent })
      const token = await tokens.issue({ tenant, agent, id, now, ttlMs, ...binding })
      const expires = new Date(now + ttlMs).toISOString()
      const detail = `${agent} ${id} until ${expires}`
      await recordEvent(ports, { name: 'agent.token_issued', detail }, by)
      return { token, agent, expires }
    },
    async reloadPolicies() {
      if (config.policy.reload === 'push') {
        throw new PortcullisError(
          'POLICY_PUSH_ONLY',
          'the directory does not decide what is in force',
        )
      }
      // What the reload makes of it has its own receipt; who asked stands here, before it.
      const detail = `in force: ${policies.current().version}`
      await recordEvent(ports, { name: 'policy.reload_requested', detail }, by)
      const { ok, changed, version, diagnostics } = policies.reload()
      if (ok) return { version, changed }
      const rendered = diagnostics.map(renderDiagnostic).join('\n\n')
      throw new PortcullisError('POLICY_INVALID', `the policies in force stay\n\n${rendered}\n`)
    },
    tools: () => ({ tools: [...toolSchemas(servers.tools())] }),
    ...serverOperations(parts, serverDesk, by),
    ...toolOperations(parts.tools, by),
    pushPolicies: async (request) => changeOf(await control.push(request, by)),
    rollbackPolicies: async (request) => changeOf(await control.rollback(request, by)),
    ...approvalOperations(parts, caller),
    ...aclOperations({ acls: parts.resources.acls, tenant, ports, by }),
    ...(tenant === DEFAULT_TENANT ? keyOperations : keysOfOthers)(parts.keyDesk, ports, by),
    ...agentClientOperations({ tenant, oauth: parts.oauth, ports, by }),
    ...privacyOperations(parts, by),
    ...standingOperations({ ...parts, sessions: [sessions, desk.people.open] }, by),
    ...peopleOperations({ tenant, desk, ports, by }),
    ...tenantOperations(parts, by),
    ...certificateOperations(parts, address, by),
    watch(listener) {
      const { origin } = ledger.of(tenant)
      return ledger.subscribe((receipt) => {
        const event = receipt.log === origin ? decisionEvent(receipt) : undefined
        if (event !== undefined) listener(event)
      })
    },
  }
}

function changeOf({ warnings, tests, ...change }: PolicyChange): PolicyChangeAnswer {
  const report = tests && { tests: { ...tests, failures: [...tests.failures] } }
  return { ...change, warnings: [...warnings], ...report }
}
