import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALLOWED, inMemoryPorts, SALES } from '../../test/support/in-memory-ports.ts'
import type { ToolCall } from '../kernel/action.ts'
import { loadPolicies } from '../kernel/policy/load-policies.ts'
import type { AskedAbout, PolicyRequest } from '../kernel/policy/policy-request.ts'
import type { Ports } from './ports.ts'
import { visible } from './visible.ts'

const CHANNEL = { door: 'mcp', peer: '127.0.0.1', run: 's1' }
const TOOLS = ['read', 'write', 'purge', 'list'].flatMap((tool) =>
  ['crm', 'wiki'].map((server): ToolCall => ({ kind: 'tool.call', server, tool, args: {} })),
)

/** What of `TOOLS` is seen under a policy, and how often the policy was asked. */
function seenUnder(text: string, { shared = true, ports = inMemoryPorts() as Ports } = {}) {
  const { set } = loadPolicies([{ file: 'a.policy', text }], new Map())
  if (set === undefined) throw new Error('the policy does not load')
  let asked = 0
  const decider = {
    version: set.version,
    decide: () => ALLOWED,
    mayAllow(request: PolicyRequest) {
      asked += 1
      return set.mayAllow(request)
    },
    ...(shared && {
      rulesAbout: (about: AskedAbout) => set.rulesAbout(about),
    }),
  }
  const looking = { identity: SALES, actions: TOOLS, channel: CHANNEL }
  const answers = visible(looking, { ...ports, policies: { current: () => decider } })
  const names = TOOLS.filter((_, at) => answers[at]).map(({ server, tool }) => `${server}.${tool}`)
  return { names: names.sort(), asked }
}

/** The asker is granted a role in one space alone, which is that of the resources of one server. */
function withSpaces(): Ports {
  return {
    ...inMemoryPorts(),
    attributes: {
      about: (_, { id }) => ({
        operation: {},
        resource: { space: id.startsWith('crm.') ? 'sales' : 'docs' },
        system: {},
      }),
    },
    roles: { rolesOf: (_tenant, _holder, space) => (space === 'docs' ? ['editor'] : []) },
  }
}

/** Some tools had been called before. */
function withCalls(): Ports {
  const ports = inMemoryPorts()
  const call = { principal: 'agent sales', operation: 'crm.read', now: ports.clock.now() }
  ports.usage.begin(call)
  return ports
}

const CASES: readonly (readonly [says: string, policy: string, names: string, ports?: Ports])[] = [
  ['of a role', 'allow: crm.* if principal.roles.contains("sales")', 'crm: read write purge list'],
  ['of one tool', 'allow: crm.*\n deny: crm.purge', 'crm: read write list'],
  ['of the resource', 'allow: * if resource.id == "wiki.read"', 'wiki: read'],
  [
    'of the operation',
    'allow: * if operation.name != "crm.purge"',
    'crm: read write list wiki: read write purge list',
  ],
  [
    'of counts',
    'allow: crm.* if usage.operation.calls_last_day < 2',
    'crm: write purge list',
    withCalls(),
  ],
  [
    'of a role in a space',
    'allow: * if principal.roles.contains("editor")',
    'wiki: read write purge list',
    withSpaces(),
  ],
  ['of nothing', 'deny: *', ''],
]

for (const [says, policy, names, ports = inMemoryPorts()] of CASES)
  test(`what is seen under a policy that speaks ${says} is what each would be told`, () => {
    const text = `policy a {\n ${policy}\n}\n`
    const shared = seenUnder(text, { ports })
    assert.deepEqual(shared.names, namesOf(names))
    assert.deepEqual(seenUnder(text, { shared: false, ports }).names, shared.names)
  })

test('what the policies say of the asker alone is worked out once for all tools', () => {
  const text = 'policy a {\n allow: crm.* if principal.roles.contains("sales")\n}\n'
  // Once for the tools that the rule is about, and once for those that no rule is about.
  assert.equal(seenUnder(text).asked, 2)
  assert.equal(seenUnder(text, { shared: false }).asked, TOOLS.length)
})

test('what they say of the tool is worked out for each', () => {
  const text = 'policy a {\n allow: crm.* if resource.id == "crm.read"\n}\n'
  assert.equal(seenUnder(text).asked, 1 + TOOLS.length / 2)
})

/** `crm: read write` names `crm.read` and `crm.write`. */
function namesOf(text: string): readonly string[] {
  let server = ''
  const names: string[] = []
  for (const word of text.split(' ').filter((it) => it !== '')) {
    if (word.endsWith(':')) server = word.slice(0, -1)
    else names.push(`${server}.${word}`)
  }
  return names.sort()
}
