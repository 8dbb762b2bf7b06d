import { DEFAULT_TENANT } from '../../../src/kernel/identity/tenant.ts'
import type { Engine, Workload } from '../engine.ts'
import { casbin } from '../peers/casbin.ts'
import { casl } from '../peers/casl.ts'
import { type CedarCall, cedar } from '../peers/cedar.ts'
import { cel } from '../peers/cel.ts'
import { type Asked, portcullis } from '../portcullis.ts'
import { Random } from '../random.ts'
import type { App, GraphRequest } from './app.ts'
import { type Entity, Graph, type Ref } from './entities.ts'

const REQUESTS = 500

/** Requests to an application whose policies read a graph of `size` things of each kind. */
export function graphWorkload(app: App, size: number): Workload {
  const random = new Random(size)
  const graph = new Graph(app.entities(size, random))
  const requests = Array.from({ length: REQUESTS }, () => app.request(size, random))
  return {
    name: `${app.name}/${size}`,
    requests: requests.length,
    engines: [
      ...portcullis(() => ({
        files: [{ file: `${app.name}.policy`, text: app.portcullis }],
        asked: requests.map(askedOf(app, graph)),
      })),
      ...cedarEngines(app, graph, requests),
      ...otherPeers(app, graph, requests),
    ],
  }
}

/** What the language of each application calls it: the server of its tools. */
function serverOf({ name }: App): string {
  return name === 'repositories' ? 'repo' : name
}

/** The records stand ready, as an attribute source keeps them; a request looks them up. */
function askedOf(app: App, graph: Graph): (request: GraphRequest) => Asked {
  const records = new Map(graph.all.map(({ key }) => [key, graph.record(key, app.embedded)]))
  return ({ user, action, data }) => ({
    action: { kind: 'tool.call', server: serverOf(app), tool: action, args: { id: data } },
    identity: {
      tenant: DEFAULT_TENANT,
      principal: { kind: 'agent', id: 'agent', roles: [] },
      chain: [],
    },
    facts: () => ({ user: records.get(user) ?? null, data: records.get(data) ?? null }),
  })
}

function cedarEngines(
  app: App,
  graph: Graph,
  requests: readonly GraphRequest[],
): readonly Engine[] {
  const parents = Object.entries(app.actions ?? {})
  const actions = parents.map(([action, parent]) =>
    entityJson({ key: `Action:${action}`, attributes: {}, parents: [`Action:${parent}`] }),
  )
  const all = [...graph.all.map(entityJson), ...actions]
  const call = ({ user, action, data }: GraphRequest, entities: CedarCall['entities']) => ({
    principal: uidOf(user),
    action: uidOf(`Action:${action}`),
    resource: uidOf(data),
    context: {},
    entities,
  })
  const around = ({ user, data }: GraphRequest) => [
    ...graph.around([user, data]).map(entityJson),
    ...actions,
  ]
  const engine = (entities: (request: GraphRequest) => CedarCall['entities']) =>
    cedar(() => ({ text: app.cedar, calls: requests.map((it) => call(it, entities(it))) }))
  return [engine(() => all), { ...engine(around), name: 'cedar-wasm-sliced' }]
}

function uidOf(key: Ref): { type: string; id: string } {
  const [type = '', id = ''] = key.split(':')
  return { type, id }
}

function entityJson({ key, attributes, parents }: Entity): CedarCall['entities'][number] {
  const value = (it: boolean | Ref) => (typeof it === 'string' ? { __entity: uidOf(it) } : it)
  const attrs = Object.fromEntries(
    Object.entries(attributes).map(([name, it]) => [
      name,
      typeof it === 'object' ? it.map(value) : value(it),
    ]),
  )
  return { uid: uidOf(key), attrs, parents: parents.map(uidOf) }
}

const MODEL = `
[request_definition]
r = user, act, data

[policy_definition]
p = act, condition

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.act == p.act && eval(p.condition)
`

function otherPeers(app: App, graph: Graph, requests: readonly GraphRequest[]): readonly Engine[] {
  const record = (key: Ref) => graph.record(key, app.embedded)
  const users = [...new Set(requests.map(({ user }) => user))]
  return [
    casbin(() => ({
      model: MODEL,
      policies: Object.entries(app.casbin).flatMap(([action, conditions]) =>
        conditions.map((condition) => [action, condition]),
      ),
      functions: { has, meets },
      requests: requests.map(({ user, action, data }) => [record(user), action, record(data)]),
    })),
    casl(() => ({
      rules: new Map(users.map((user) => [user, app.casl(record(user))])),
      requests: requests.map(({ user, action, data }) => ({
        caller: user,
        action,
        subject: { ...record(data), type: 'data' },
      })),
    })),
    cel(() => ({
      rules: new Map(
        Object.entries(app.cel).map(([action, conditions]) => [
          action,
          conditions.map((condition) => ({ effect: 'allow' as const, condition })),
        ]),
      ),
      requests: requests.map(({ user, action, data }) => ({
        keys: [action],
        context: { user: record(user), data: record(data) },
      })),
    })),
  ]
}

function has(list: unknown, item: unknown): boolean {
  return Array.isArray(list) && list.includes(item)
}

function meets(list: unknown, other: unknown): boolean {
  return Array.isArray(other) && other.some((item) => has(list, item))
}
