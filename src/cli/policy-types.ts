import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { PortcullisError } from '../kernel/errors.ts'
import { isJsonObject } from '../kernel/json/value.ts'
import { declareOperations, type ToolSchema } from '../kernel/policy/declare-operations.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withConfig } from './config-option.ts'

interface TypesOptions extends ConfigOptions {
  readonly from?: string
  readonly server?: string
}

/** `portcullis policy types` */
export function typesCommand(): Command {
  return withConfig(
    command({
      name: 'types',
      summary: 'Declare the tools and their arguments, so that conditions on them are checked.',
      examples: [
        'portcullis policy types > policies/tools.policy',
        'portcullis policy types --from tools.json --server crm',
      ],
    }),
  )
    .option('--from <file>', 'the answer to `tools/list`, as JSON, instead of the running runtime')
    .option('--server <name>', 'only of this server; with --from, the server that answered')
    .action((options: TypesOptions) => answer(options.json, () => declared(options)))
}

async function declared(options: TypesOptions) {
  const { from, server } = options
  const tools = from === undefined ? await ofRuntime(options) : ofFile(from, server)
  const text = declareOperations(tools)
  const head = `# ${tools.length} operations, declared from the schemas of their tools.\n`
  return { json: { operations: tools.length, text }, text: `${head}${text}` }
}

async function ofRuntime(options: TypesOptions): Promise<readonly ToolSchema[]> {
  const { tools } = await runtimeOf(options).tools()
  const { server } = options
  return server === undefined
    ? tools
    : tools.filter(({ operation }) => operation.startsWith(`${server}.`))
}

function ofFile(file: string, server: string | undefined): readonly ToolSchema[] {
  const list = parse(file)
  const tools = isJsonObject(list) ? list.tools : undefined
  if (!Array.isArray(tools))
    throw new PortcullisError('REQUEST_INVALID', `\`${file}\` holds no list \`tools\``)
  return tools.filter(isJsonObject).map(({ name, inputSchema }) => ({
    operation: server === undefined ? String(name) : `${server}.${name}`,
    inputSchema: isJsonObject(inputSchema) ? inputSchema : {},
  }))
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read as JSON`, { cause })
  }
}
