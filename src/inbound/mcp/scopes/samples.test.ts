import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argsOf, operationOf, resourceOf } from '../../../kernel/action.ts'
import { loadPolicies } from '../../../kernel/policy/load-policies.ts'
import { obligationRegistry } from '../../../kernel/policy/obligation-registry.ts'
import { comparing, patternSamples, readingNamed, templateSamples } from './samples.ts'

const READ = 'desk.mcp.resources.read'

function rules(text: string) {
  const registry = obligationRegistry({ patterns: [], checkField: () => undefined })
  const { set } = loadPolicies([{ file: 'a.policy', text: `policy p {\n${text}\n}` }], registry)
  assert.ok(set, text)
  const named = set.namedResources(READ)
  const sees = (name: string) => {
    const action = readingNamed('desk', name)
    const args = argsOf(action)
    const resource = resourceOf(action)
    const attributes = { args, input: args, resource: { ...resource }, data: { ...resource } }
    return set.mayAllow({ operation: operationOf(action), resource, attributes })
  }
  return {
    shows: (template: string) =>
      templateSamples({ server: 'desk', template }, named, comparing()).some(sees),
    opens: () => named.some((pattern) => patternSamples(pattern, 'desk:').some(sees)),
  }
}

const CASES: readonly (readonly [
  rule: string,
  shown: readonly string[],
  hidden: readonly string[],
])[] = [
  [
    `allow: ${READ}("desk:file:///srv/reports/*")`,
    ['file:///{+path}', 'file:///srv/{area}/{name}', 'file:///srv/reports/{name}.md'],
    ['file:///srv/{name}', 'file:///etc/{name}', 'db:{id}'],
  ],
  [`allow: ${READ}("desk:file:///srv/a.md")`, ['file:///srv/{name}.md'], ['file:///srv/{n}.txt']],
  [
    `allow: ${READ} if resource.id.startsWith("desk:file:///public/")`,
    ['file:///{+path}', 'file:///public/{name}'],
    ['file:///private/{name}', 'db:{id}'],
  ],
  [`allow: ${READ} if resource.id.endsWith(".md")`, ['file:///{name}'], ['db:{id}.csv']],
  [`allow: ${READ} if args.uri == "db:customers"`, ['db:{table}'], []],
  [`allow: ${READ} if resource.id like "desk:*/open/*"`, ['file:///{+path}'], ['file:///{name}']],
  [
    `allow: ${READ}\n  deny: ${READ}("desk:file:///private/*")`,
    ['file:///{+path}', 'db:{id}'],
    ['file:///private/{name}', 'file:///private/{+path}'],
  ],
  [
    `allow: ${READ}("desk:file:///srv/*")\n  deny: ${READ}("desk:file:///srv/")`,
    ['file:///srv/{name}'],
    [],
  ],
]

for (const [rule, shown, hidden] of CASES) {
  test(`templates are shown as far as one may be read of: ${rule.replace('\n', ' ')}`, () => {
    const { shows, opens } = rules(rule)
    for (const template of shown) assert.equal(shows(template), true, template)
    for (const template of hidden) assert.equal(shows(template), false, template)
    assert.equal(opens(), true)
  })
}

test('a server of which nothing can be read is not opened for what it has', () => {
  const other = rules('allow: crm.mcp.resources.read("crm:*")')
  assert.equal(other.opens(), false)
  assert.equal(rules(`allow: ${READ}("crm:*")`).opens(), false)
  assert.equal(rules(`allow: ${READ}("desk:a")\n  deny: ${READ}`).opens(), false)
})

test('a page of endless templates takes no more time than a page may', () => {
  const patterns = Array.from({ length: 256 }, (_, at) => `*${'a'.repeat(200)}${at}*b`)
  const budget = comparing()
  const started = performance.now()
  for (let at = 0; at < 2_000; at++) {
    templateSamples({ server: 'desk', template: `{+a}${'a'.repeat(200)}{+b}` }, patterns, budget)
  }
  assert.ok(budget.left <= 0)
  assert.ok(performance.now() - started < 20_000)
})
