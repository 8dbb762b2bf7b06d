import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { ADMIN_ROUTES, type RouteAction } from '../../contract/admin-api.ts'
import type { AdminCall, AskedOfAdmin } from '../../kernel/admin/admin-call.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'

/** All of a type, or the one there is. */
export const ALL = '*'

/** A request as the action that it asks for, once it has the shape that its route asks for. */
export function adminCall(
  route: keyof typeof ADMIN_ROUTES,
  request: Pick<FastifyRequest, 'params' | 'query' | 'body' | 'headers'>,
): AdminCall {
  const { action }: { readonly action: RouteAction } = ADMIN_ROUTES[route]
  const asked = askedOf(route, request)
  const { params, query, body } = asked
  const named =
    action.named === undefined ? undefined : (params[action.named] ?? body[action.named])
  return {
    kind: 'admin.call',
    operation: action.operation,
    resource: { type: action.on, id: typeof named === 'string' ? named : ALL },
    args: { ...query, ...toldOf(body, action), ...params },
    asked,
  }
}

function askedOf(
  route: string,
  { params, query, body, headers }: Pick<FastifyRequest, 'params' | 'query' | 'body' | 'headers'>,
): AskedOfAdmin {
  const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  return {
    ...{ route, params: textsOf(params), query: objectOf(query), body: objectOf(body) },
    ...(bearer !== undefined && { bearer }),
  }
}

/** What policies, approvers and receipts may know of a body. */
function toldOf(body: JsonObject, { secret = [], digested = [] }: RouteAction): JsonObject {
  const told = Object.entries(body)
    .filter(([name]) => !secret.includes(name))
    .map(([name, value]) => [name, digested.includes(name) ? digestOf(value) : value] as const)
  return Object.fromEntries(told)
}

function digestOf(value: JsonValue): string {
  return `sha256:${hash('sha256', JSON.stringify(value), 'hex')}`
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? { ...value } : {}
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(value))
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => isText(entry[1])))
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string'
}
