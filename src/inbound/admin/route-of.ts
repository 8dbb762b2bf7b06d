import { ADMIN_ROUTES, type AdminRoute } from '../../contract/admin-api.ts'

/** A route of the contract as Fastify takes it. */
export function routeOf(name: keyof typeof ADMIN_ROUTES) {
  const route: AdminRoute = ADMIN_ROUTES[name]
  const { method, url, params, query, body, bodyBytes, answer, stream } = route
  const schema = {
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    ...(!stream && { response: { 200: answer } }),
  }
  return { method, url, schema, ...(bodyBytes && { bodyLimit: bodyBytes }) }
}
