import { VERSION } from '../../src/app/version.ts'
import { ADMIN_ROUTES, type AdminRoute, ErrorBody } from '../../src/contract/admin-api.ts'
import { code, page, table } from './markdown.ts'

const INTRODUCTION = `\
HTTP over the Unix socket \`admin.sock\` in the data directory, which only the user that runs the
runtime can open, and over TLS where there is a \`[listen.admin]\`, for whoever proves itself with
\`Authorization: Bearer …\` or a certificate. Each request is an action that the policies decide:
[who may do what](administration.md). Over the socket a vote also takes the token of the approver
whose vote it is. The commands are clients of the socket. The same as OpenAPI 3.1:
[admin-api.json](admin-api.json).

A refusal is \`{ "error": { "code", "message", "remedy" } }\` with a [code](errors.md). For
example:

\`\`\`
curl --unix-socket .portcullis/admin.sock http://runtime/v1/status
\`\`\``

const ROUTES: readonly [name: string, route: AdminRoute][] = Object.entries(ADMIN_ROUTES)

export function adminApi(): string {
  return page('Admin API', INTRODUCTION, ...ROUTES.flatMap(([, route]) => describe(route)))
}

function describe({ method, url, action, summary, answer, stream, ...asks }: AdminRoute): string[] {
  const asked = [asks.params, asks.query, asks.body].flatMap((schema) => rowsOf(schema, ''))
  return [
    `## ${code(`${method} ${pathOf(url)}`)}`,
    `${summary} Policies name it ${code(action.operation)}.`,
    ...(asked.length === 0 ? [] : ['Asked with:', fields(asked)]),
    stream ? 'Answers with lines of JSON, each of them one of these:' : 'Answers with:',
    fields(rowsOf(answer, '')),
  ]
}

/** The part of JSON Schema that the contract uses. */
interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly enum?: readonly string[]
  readonly const?: string
  readonly description?: string
}

function fields(rows: readonly (readonly string[])[]): string {
  return table(['Member', 'Type', 'What it says'], rows)
}

/** Members by path: `agents[].name`. */
function rowsOf(schema: Shape | undefined, above: string): readonly (readonly string[])[] {
  if (schema?.anyOf !== undefined) return schema.anyOf.flatMap((choice) => rowsOf(choice, above))
  return Object.entries(schema?.properties ?? {}).flatMap(([name, member]) => {
    const path = above + name
    if (member.items?.properties !== undefined) return rowsOf(member.items, `${path}[].`)
    if (member.properties !== undefined) return rowsOf(member, `${path}.`)
    const optional = schema?.required?.includes(name) ? '' : ', optional'
    return [[code(path), `${typeOf(member)}${optional}`, member.description ?? '']]
  })
}

function typeOf({ type, items, enum: words, const: constant }: Shape): string {
  if (constant !== undefined) return code(JSON.stringify(constant))
  if (words !== undefined) return words.map((word) => code(JSON.stringify(word))).join(', ')
  return type === 'array' ? `list of ${items?.type}s` : (type ?? '')
}

/** `/v1/agents/:name/tokens` as OpenAPI has it. */
function pathOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}

export function openApi(): string {
  const paths = Object.fromEntries(
    ROUTES.map(([name, route]) => [
      pathOf(route.url),
      { [route.method.toLowerCase()]: operationOf(name, route) },
    ]),
  )
  const info = { title: 'Portcullis admin API', version: VERSION }
  const servers = [{ url: 'http://runtime', description: 'Over the Unix socket `admin.sock`.' }]
  const securitySchemes = { approver: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }
  const document = { openapi: '3.1.0', info, servers, paths, components: { securitySchemes } }
  return `${JSON.stringify(document, null, 2)}\n`
}

function operationOf(name: string, route: AdminRoute): Record<string, unknown> {
  const { summary, params, query, body, answer, stream, bearer } = route
  const type = stream ? 'application/x-ndjson' : 'application/json'
  return {
    operationId: name,
    summary,
    ...((params || query) && {
      parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    }),
    ...(bearer && { security: [{ approver: [] }] }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      200: { description: summary, content: { [type]: { schema: answer } } },
      default: { description: 'A refusal.', content: json(ErrorBody) },
    },
  }
}

function parametersOf(schema: Shape | undefined, place: 'path' | 'query'): unknown[] {
  return Object.entries(schema?.properties ?? {}).map(([name, schema]) => ({
    ...{ name, in: place, required: place === 'path', schema },
  }))
}

function json(schema: unknown): Record<string, unknown> {
  return { 'application/json': { schema } }
}
