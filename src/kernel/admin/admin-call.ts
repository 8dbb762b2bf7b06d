import type { JsonObject } from '../json/value.ts'

/** What every operation of administration begins with. No server of tools can have the name. */
export const ADMINISTRATION = 'admin.'

/** What operators, and programs that act for them, administer. */
export const ADMIN_RESOURCE_TYPES = [
  'acl',
  'agent',
  'approval',
  'approver',
  'budget',
  'certificate',
  'hold',
  'key',
  'ledger',
  'member',
  'payload',
  'policy',
  'role',
  'runtime',
  'server',
  'session',
  'space',
  'subject',
  'tenant',
  'token',
  'tool',
  'trust',
  'user',
] as const
export type AdminResourceType = (typeof ADMIN_RESOURCE_TYPES)[number]

/** What is administered. `id` is a star where it is all of that type, or the one there is. */
export interface AdminResource {
  readonly type: AdminResourceType
  readonly id: string
}

/** Something asked of the runtime itself, by a person, a program or the local socket. */
export interface AdminCall {
  readonly kind: 'admin.call'
  /** As policies name it: `admin.agents.suspend`. */
  readonly operation: string
  readonly resource: AdminResource
  /** As policies, approvers and receipts know them: no secret is among them. */
  readonly args: JsonObject
  /** Which operation of the API it is, and what it is carried out with. For the connector alone. */
  readonly asked: AskedOfAdmin
}

export interface AskedOfAdmin {
  /** Name of the route in the contract: `suspendAgent`. */
  readonly route: string
  readonly params: Readonly<Record<string, string>>
  readonly query: JsonObject
  readonly body: JsonObject
  /** A token beside the caller's own: whose vote it is. */
  readonly bearer?: string
}

/** The beginning that only a rule which names it is about; nothing for what agents do. */
export function reservedFamily(operation: string): string {
  return operation.startsWith(ADMINISTRATION) ? ADMINISTRATION : ''
}
