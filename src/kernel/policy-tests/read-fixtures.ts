import { ADMIN_RESOURCE_TYPES } from '../admin/admin-call.ts'
import type { JsonObject } from '../json/value.ts'
import { ROOTS } from '../policy/check/builtins.ts'
import { nearest } from '../text/nearest.ts'
import type { Fixtures, ResourceFixture } from './fixtures.ts'
import type { Located, Member } from './located.ts'
import { jsonOf, recordOf } from './located.ts'
import type { Shape } from './shape.ts'

export const NO_FIXTURES: Fixtures = {
  principals: new Map(),
  resources: new Map(),
  args: new Map(),
  attributes: new Map(),
}

const KINDS = ['principals', 'resources', 'args', 'attributes'] as const

export function readFixtures(node: Located, shape: Shape): Fixtures {
  const found = shape.members(node, '`fixtures`', KINDS)
  const all = <T>(kind: (typeof KINDS)[number], read: (member: Member) => T) => {
    const members = shape.entries(found[kind], `\`fixtures.${kind}\``)
    const values = members.flatMap((member) => {
      const value = shape.attempt(() => read(member))
      return value === undefined ? [] : ([[member.key, value]] as const)
    })
    return new Map(values)
  }
  return {
    principals: all('principals', (member) => readPrincipal(member, shape)),
    resources: all('resources', (member) => readResource(member, shape)),
    args: all('args', ({ value }) => recordOf(shape.record(value, 'a set of arguments'))),
    attributes: all('attributes', ({ value }) => readAttributes(value, shape)),
  }
}

/** A principal is an agent, is called as the fixture is and has no roles, unless it says so. */
function readPrincipal({ key, value }: Member, shape: Shape): JsonObject {
  const said = recordOf(shape.record(value, 'a principal'))
  const principal = { kind: 'agent', id: key, roles: [], ...said }
  for (const { key: name, value: given } of shape.entries(value, 'a principal')) {
    if (name === 'id' || name === 'kind') shape.text(given, `\`${name}\` of a principal`)
    if (name === 'roles')
      for (const role of shape.list(given, '`roles`')) shape.text(role, 'a role')
  }
  return principal
}

/** `{ type: memory, id: CRM.customers }`, and attributes. */
function readResource({ key, value }: Member, shape: Shape): ResourceFixture {
  const members = shape.entries(value, 'a resource')
  const member = (name: string) => members.find((it) => it.key === name)?.value
  const type = member('type') ?? shape.fail(value.at, 'a resource has a `type`', '`memory`')
  const id = member('id')
  const resource = {
    type: shape.word(type, 'type of resource', ['memory', 'tool', ...ADMIN_RESOURCE_TYPES]),
    id: id === undefined ? key : shape.text(id, '`id` of a resource'),
  }
  return { resource, attributes: recordOf(shape.record(value, 'a resource')) }
}

/** Attributes by root: a root that policies cannot read would be a test of nothing. */
export function readAttributes(node: Located, shape: Shape): JsonObject {
  const entries = shape.entries(node, 'a set of attributes').map(({ key, keyAt, value }) => {
    if (!ROOTS.includes(key)) {
      const near = nearest(key, ROOTS)
      const hint =
        near === undefined ? `there are ${ROOTS.join(', ')}` : `did you mean \`${near}\`?`
      shape.report(keyAt, `policies read no \`${key}\``, hint)
    }
    return [key, jsonOf(value)] as const
  })
  return Object.fromEntries(entries)
}
