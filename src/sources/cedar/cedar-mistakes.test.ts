import assert from 'node:assert/strict'
import test from 'node:test'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../../kernel/policy/load-policies.ts'
import { obligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import { cedar } from './cedar-language.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })
const POST = 'permit(principal, action == Acme::Action::"slack.post", resource)'
const HEAD = '(principal, action, resource)'

const SCHEMA = `namespace Acme {
  entity Agent in [Role]; entity Role; entity Tool;
  action writing;
  action "slack.post" in [writing] appliesTo {
    principal: [Agent], resource: [Tool], context: { input: { to: String, n?: Long } }
  };
}`

function load(files: Readonly<Record<string, string>>) {
  const outside = Object.entries(files).map(([file, text]) => ({ file, text }))
  return loadPolicies(outside, REGISTRY, { outside: cedar })
}

/** What is wrong: `a.cedar:1:8 …` with the start of the message, and the hint. */
const MISTAKES: readonly (readonly [string, string | Record<string, string>, ...RegExp[]])[] = [
  [
    'a missing comma',
    'permit(principal action, resource);',
    /^a\.cedar:1:18 unexpected token `action`/,
  ],
  [
    'a mistake in each of two policies',
    `// é\npermit(principal);\nforbid${HEAD} when { é };`,
    /^a\.cedar:2:/,
    /^a\.cedar:3:44 invalid token/,
  ],
  ['a missing semicolon', `permit${HEAD}`, /^a\.cedar:1:36 unexpected end of input/],
  ['a string without an end', `permit${HEAD} when { "a };`, /^a\.cedar:1:\d+ invalid token/],
  [
    'a template',
    'permit(principal == ?principal, action, resource);',
    /^a\.cedar:1:21 .*template.* \| templates are not read/,
  ],
  [
    'an unknown obligation',
    `@obligation("redakt(\\"email\\")")\npermit${HEAD};`,
    /^a\.cedar:1:1 unknown obligation `redakt`/,
  ],
  [
    'an unknown pattern',
    `permit${HEAD}; @obligation("redact(\\"emial\\")") permit${HEAD};`,
    /^a\.cedar:1:38 `emial` is neither/,
  ],
  [
    'an obligation that is no list of demands',
    `@obligation("redact(\\"email\\")] if false require: [redact(\\"email\\")") permit${HEAD};`,
    /expected a list of demands/,
  ],
  [
    'an obligation that closes the policy',
    `@obligation("redact(\\"email\\")] } policy q { allow: [*") permit${HEAD};`,
    /^a\.cedar:1:1 /,
  ],
  [
    'a condition as an obligation',
    `@obligation("1 == 1") permit${HEAD};`,
    /^a\.cedar:1:1 a condition is no demand/,
  ],
  [
    'an obligation without a text',
    `@obligation permit${HEAD};`,
    /^a\.cedar:1:1 `@obligation` takes a text/,
  ],
  [
    'an obligation on a forbid',
    `@obligation("redact(\\"email\\")") forbid${HEAD};`,
    /on a `forbid` binds nothing \| put it on the `permit`/,
  ],
  [
    'a misspelt annotation',
    `@obligaton("redact(\\"email\\")") permit${HEAD};`,
    /`@obligaton` means nothing here \| did you mean `@obligation`/,
  ],
  [
    'an obligation as an approval',
    `@approval("redact(\\"email\\")") permit${HEAD};`,
    /`@approval` names an obligation/,
  ],
  [
    'a bidirectional override',
    `// \u202E\npermit${HEAD};`,
    /^a\.cedar:1:4 control and format characters/,
  ],
  ['an observed policy', `@mode("observe") permit${HEAD};`, /a Cedar policy is always enforced/],
  [
    'a file in a folder that attaches',
    { 'policies/agents/sales/a.cedar': `permit${HEAD};` },
    /^policies\/agents\/sales\/a\.cedar:1:1 Cedar policies are not attached/,
  ],
  ['a lone carriage return', `// \rpermit${HEAD};`, /^a\.cedar:1:4 control and format/],
  [
    'a second schema',
    { 'a.cedarschema': SCHEMA, 'b.cedarschema': SCHEMA },
    /^a\.cedarschema:1:1 a set has one schema/,
  ],
  [
    'a schema with a mistake',
    { 'a.cedarschema': 'entity Agent in [Rolle];\nentity Tool' },
    /^a\.cedarschema:2:\d+ /,
  ],
  [
    'a schema that is no JSON',
    { 'a.cedarschema.json': '{' },
    /^a\.cedarschema\.json:1:1 is no JSON/,
  ],
  [
    'an attribute that the schema lacks',
    {
      'a.cedarschema': SCHEMA,
      'a.cedar': `${POST}\nwhen { context.input.too == "x" };`,
    },
    /^a\.cedar:2:8 policy `policy0`: attribute `input\.too`/,
  ],
  [
    'an optional attribute without has',
    {
      'a.cedarschema': SCHEMA,
      'a.cedar': `${POST} when { context.input.n > 1 };`,
    },
    /unable to guarantee safety/,
  ],
]

for (const [what, written, ...expected] of MISTAKES)
  test(`${what} fails at load, and says where`, () => {
    const { set, diagnostics } = load(
      typeof written === 'string' ? { 'a.cedar': written } : written,
    )
    assert.equal(set, undefined)
    const shown = diagnostics.map(
      ({ file, line, column, message, hint }) => `${file}:${line}:${column} ${message} | ${hint}`,
    )
    for (const [index, pattern] of expected.entries()) assert.match(shown[index] ?? '', pattern)
    assert.equal(shown.length, expected.length)
    for (const { length, column, text } of diagnostics)
      assert.ok(column + length <= text.length + 2)
  })

test('a diagnostic has the line and a caret', () => {
  const [first] = load({ 'a.cedar': '// é\npermit(principal action, resource);' }).diagnostics
  assert.match(
    first ? renderDiagnostic(first) : '',
    /--> a\.cedar:2:18\n {2}2 \| permit.*;\n {4}\| {18}\^{6}\n {2}hint: expected/,
  )
})

test('with a schema, names are in its namespace and actions in their groups', () => {
  const permit =
    'permit(principal in Acme::Role::"sales", action in Acme::Action::"writing", resource);'
  const { set, diagnostics } = load({ 'a.cedarschema': SCHEMA, 'a.cedar': permit })
  assert.deepEqual(diagnostics.map(renderDiagnostic), [])
  const attributes = { principal: { id: 'a', roles: ['sales'] }, args: { to: 'x' } }
  const decide = (operation: string) =>
    set?.decide({ operation, resource: { type: 'tool', id: operation }, attributes }).effect
  assert.deepEqual([decide('slack.post'), decide('slack.read')], ['allow', 'deny'])
})

test('a semicolon in a string or a comment ends nothing', () => {
  const text = `permit${HEAD} when { "a;\\";" == "b" }; // ; "\r\n permit${HEAD} // ;\n;`
  const { set, diagnostics } = load({ 'a.cedar': text })
  assert.deepEqual(diagnostics.map(renderDiagnostic), [])
  assert.equal(set?.ruleCount, 2)
})
