import type { Schema } from '../../src/app/config/check-shape.ts'
import { ConfigSchema } from '../../src/app/config/config-schema.ts'
import { OTHER_VARIABLES, variableOf } from '../../src/app/config/environment.ts'
import { TenantSchema } from '../../src/app/config/tenant-schema.ts'
import { STARTER_FILES } from '../../src/app/starter/starter-files.ts'
import { code, fence, page, table } from './markdown.ts'

const INTRODUCTION = `\
The runtime reads one file in [TOML](https://toml.io/en/v1.0.0), \`portcullis.toml\` in the folder
it is started in unless \`--config\` or \`PORTCULLIS_CONFIG\` names another. Relative paths in it
begin at the file's folder. A key that does not exist is an error: every mistake is named with
line, column and cure, and nothing starts.

**Variables.** A variable of the environment is above the file. Its name is the path of the key:
for \`port\` under \`[listen.mcp]\` it is \`PORTCULLIS_LISTEN_MCP_PORT\`; a list has commas
between its items. Agents, servers and the like must stand in the file before a variable can
change them; every character of their names that is no letter and no digit becomes \`_\`. A
variable \`PORTCULLIS_…\` that means no key is an error too, and an empty one counts as not set.

**Secrets** do not belong in the file. In the values of \`env\`, \`headers\` and
\`introspection_secret\`, \`\${NAME}\` stands for the variable \`NAME\`; where it is missing or
empty the runtime does not start. Commands that start nothing (\`status\`, \`watch\`, \`agent\`,
\`policy\`, \`ledger\`) do not need it.`

const TENANTS = `\
**Tenants.** What the file declares belongs to the tenant \`default\`. Each other one is named under
\`[tenants.NAME]\` with a file of its own, which takes these keys and tables and no others:
${Object.keys(TenantSchema.properties).map(code).join(', ')}, the last with \`payloads\`,
\`retention\` and \`subjects\` alone. Variables change the main file only.`

export function configPage(): string {
  const variables = Object.entries(OTHER_VARIABLES).map(([name, about]) => [code(name), about])
  return page(
    'Configuration',
    INTRODUCTION,
    TENANTS,
    ...sections(ConfigSchema, []),
    '## Other variables',
    table(['Variable', 'What it does'], variables),
    '## A complete file',
    'This is what `portcullis init` writes.',
    fence('toml', STARTER_FILES.get('portcullis.toml') ?? ''),
  )
}

/** A table of the file, with its own keys; then the tables in it. */
function sections(schema: Schema, path: readonly string[]): readonly string[] {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.flatMap((choice) => sections(choice, path))
  }
  const properties = Object.entries(schema.properties ?? {})
  const rows = properties
    .filter(([, member]) => !isTable(member))
    .map(([key, member]) => row(member, { path: [...path, key], schema }))
  const inner = properties
    .filter(([, member]) => isTable(member))
    .flatMap(([key, member]) => tableOf(member, [...path, key]))
  if (rows.length === 0) return inner
  const head = ['Key', 'Type', 'Default', 'What it says', 'Variable']
  return [heading(schema, path), table(head, rows), ...inner]
}

function tableOf(schema: Schema, path: readonly string[]): readonly string[] {
  const about = schema.description === undefined ? [] : [schema.description]
  const [member] = Object.values(schema.patternProperties ?? {})
  const below =
    member === undefined
      ? sections(schema, path)
      : sections(member, [...path, schema.placeholder ?? 'NAME'])
  const [first = '', ...rest] = below
  return [first, ...about, ...rest]
}

function heading({ properties }: Schema, path: readonly string[]): string {
  if (path.length === 0) return '## At the top'
  const transport = properties?.transport?.const
  const title = `[${path.join('.')}]`
  return transport === undefined
    ? `## ${code(title)}`
    : `## ${code(title)} with ${code(`transport = "${transport}"`)}`
}

interface At {
  readonly path: readonly string[]
  readonly schema: Schema
}

function row(member: Schema, { path, schema }: At): readonly string[] {
  const key = path.at(-1) ?? ''
  return [
    code(key),
    typeOf(member),
    defaultOf(member, schema.required?.includes(key) ?? false),
    aboutOf(member),
    code(variableOf(inFull(member, path))),
  ]
}

/** Tables of strings are keys like others; what holds keys of its own is a section. */
function isTable({ type, patternProperties }: Schema): boolean {
  if (type !== 'object') return false
  const [member] = Object.values(patternProperties ?? {})
  return member === undefined || member.type === 'object' || member.anyOf !== undefined
}

function inFull({ placeholder }: Schema, path: readonly string[]): readonly string[] {
  const whole = placeholder === undefined ? path : [...path, placeholder]
  return whole.map((part) => part.replaceAll('"', ''))
}

function typeOf({ type, items, const: constant }: Schema): string {
  if (constant !== undefined) return code(JSON.stringify(constant))
  if (type === 'array') return `list of ${items?.type}s`
  return type === 'object' ? 'table' : (type ?? '')
}

function defaultOf(member: Schema, required: boolean): string {
  if (member.default === undefined) return required ? 'required' : 'none'
  const text = JSON.stringify(member.default)
  return text === '{}' ? 'empty' : code(text)
}

function aboutOf({ description = '', minimum, maximum, items, ...schema }: Schema): string {
  const range = minimum === undefined ? '' : ` From ${minimum} to ${maximum}.`
  const form = schema.expected ?? items?.expected
  const word = schema.patternProperties === undefined ? 'Form' : 'Each name'
  return `${description}${range}${form === undefined ? '' : ` ${word}: ${form}.`}`
}
