import { existsSync } from 'node:fs'
import { readToolCall } from '../inbound/mcp/tool-call.ts'
import type { Action } from '../kernel/action.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { AdminAction } from '../kernel/identity/administration.ts'
import { effectiveRoles } from '../kernel/identity/grant.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../kernel/identity/tenant.ts'
import type { JsonObject } from '../kernel/json/value.ts'
import { UNLABELLED } from '../kernel/labels/label.ts'
import type { Explanation } from '../kernel/policy/explain.ts'
import type { RoleSource } from '../pipeline/ports.ts'
import { callOf } from '../pipeline/steps/meet.ts'
import { policyRequest } from '../pipeline/steps/policy-request.ts'
import {
  loadPolicyDirectory,
  policiesInvalid,
} from '../sources/policy-files/load-policy-directory.ts'
import { readUsage } from '../stores/sqlite/open-usage.ts'
import { ADMIN_ACTIONS, administrationPolicies } from './admin/administration.ts'
import type { Config } from './config.ts'
import { ledgerDirectory, usageFile } from './data-files.ts'
import { declaredDirectory } from './identity/declared-directory.ts'
import { declaredAttributes, principalOf } from './parts.ts'
import { READING } from './policy-reading.ts'
import { reading } from './read-receipts.ts'
import { withExistence } from './resources/existence.ts'
import { hasKeptList, withKeptList } from './resources/kept-lists.ts'
import { readLabels } from './run-labels.ts'
import { spacesOf } from './tenant/spaces.ts'

/** What somebody wants to know: may this agent do that? */
export interface Question {
  /** Name of an agent in the configuration. */
  readonly agent?: string
  /** In place of that, of a member: what may it administer? */
  readonly member?: string
  /** `slack.post_message`, `memory.read`. */
  readonly action: string
  /** A namespace, or the name of a stored object. A tool is its own resource. */
  readonly resource?: string
  readonly args?: JsonObject
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * What the policies on disk would decide, and why. Nothing is carried out and nothing is recorded.
 * @throws PortcullisError `IDENTITY_UNKNOWN`, `REQUEST_INVALID`, `POLICY_INVALID`.
 */
export function explain(question: Question, config: Config): Explanation {
  const { set, request } = asked(question, config)
  const { roles } = declaredDirectory(config)
  const rules = administrationPolicies(() => [...roles.values()])
  const kept = withKeptList(set, request.resource, config.dataDir)
  return rules.beside(kept, request).explain(request)
}

/** The policies on disk, and what they would be asked. */
export function asked(question: Question, config: Config) {
  const identity = identityOf(question, config)
  const action = actionOf(question)
  const channel = { door: 'mcp', peer: 'local', run: 'explain' }
  const { set, diagnostics } = loadPolicyDirectory(config.policyDir, READING)
  if (set === undefined) throw policiesInvalid(config.policyDir, diagnostics)
  const { at: now } = question
  const servers = { find: (name: string) => new Map(Object.entries(config.servers)).get(name) }
  const declared = declaredAttributes({ ...config.attributes, spaces: spacesOf(config, servers) })
  const attributes = withExistence(declared, (name) => hasKeptList(name, config.dataDir))
  const knowledge = { attributes, roles: declaredRoles(config), now }
  const past = pastOf(config, now)
  const used = past?.usage.peek(callOf(action, identity, now))
  const run = past?.labels.of(identity.chain, now) ?? UNLABELLED
  const known = { ...knowledge, run, ...(used && { used }) }
  const request = policyRequest({ action, channel }, identity, known)
  return { set, request }
}

/** Roles granted at run time are the runtime's: here those of the configuration count. */
function declaredRoles(config: Config): RoleSource {
  const { grants } = declaredDirectory(config)
  return { rolesOf: (_tenant, holder, space) => effectiveRoles(grants(holder), space) }
}

/** What was used and given so far, where there is a runtime's ledger to say it. */
function pastOf({ dataDir, budgets, labels }: Config, now: number) {
  const directory = ledgerDirectory(dataDir)
  if (!existsSync(directory)) return undefined
  return reading(directory, (reader) => {
    const ledger = reader.of()
    const usage = readUsage({ file: usageFile(dataDir), ledger, budgets, now })
    return { usage, labels: readLabels(ledger, labels, now) }
  })
}

function identityOf({ agent = '', member }: Question, { agents, members }: Config): Identity {
  if (member !== undefined) return personOf(member, members)
  const declared = Object.hasOwn(agents, agent) ? agents[agent] : undefined
  if (declared === undefined)
    throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${agent}\` is declared`)
  return {
    tenant: DEFAULT_TENANT,
    principal: principalOf(agent, declared),
    chain: [{ kind: 'agent', id: agent, via: 'bearer-jwt' }],
  }
}

function personOf(id: string, members: Config['members']): Identity {
  const declared = Object.hasOwn(members, id) ? members[id] : undefined
  if (declared === undefined)
    throw new PortcullisError('MEMBER_UNKNOWN', `no member \`${id}\` is declared`)
  const { attributes } = declared
  return {
    tenant: DEFAULT_TENANT,
    principal: { kind: 'human', id, roles: [], attributes },
    chain: [{ kind: 'human', id, via: 'session' }],
  }
}

/** The action that a door would make of such a call. */
function actionOf({ action, resource, args = {} }: Question): Action {
  const known = ADMIN_ACTIONS.find(({ operation }) => operation === action)
  if (known !== undefined) return administrative(known, resource, args)
  if (resource === undefined) return readToolCall({ name: action, arguments: args })
  const name = action.startsWith('storage.') ? 'name' : 'namespace'
  const named = readToolCall({ name: action, arguments: { ...args, [name]: resource } })
  if (named.kind !== 'tool.call') return named
  throw new PortcullisError('REQUEST_INVALID', `\`${action}\` is a tool and its own resource`)
}

function administrative({ operation, on }: AdminAction, id = '*', args: JsonObject): Action {
  const asked = { route: '', params: {}, query: {}, body: args }
  return { kind: 'admin.call', operation, resource: { type: on, id }, args, asked }
}
