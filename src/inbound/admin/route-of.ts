import { ADMIN_ROUTES, type AdminRoute } from '../../contract/admin-api.ts'

/** A route of the contract as Fastify takes it. */
export function routeOf(name: keyof typeof ADMIN_ROUTES) {
  const { method, url, params, query, body, answer, stream }: AdminRoute = ADMIN_ROUTES[name]
  const schema = {
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    ...(!stream && { response: { 200: answer } }),
  }
  return { method, url, schema }
}
