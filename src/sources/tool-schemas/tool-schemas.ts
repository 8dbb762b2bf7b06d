import { hash } from 'node:crypto'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import { MAX_SCHEMA_BYTES, unusable } from '../../kernel/schema/prepare-schema.ts'
import { SchemaMismatch } from '../../kernel/schema/schema-problem.ts'
import type { DefinedTool, Log, ToolSchemas } from '../../pipeline/ports.ts'
import { type CheckValue, compileSchema, type SchemaMode } from './compile-schema.ts'

/** Compiled schemas that are kept; of more, those that were used longest ago are made again. */
export const MAX_COMPILED = 2_000

export interface ToolSchemaOptions {
  readonly log: Log
  /** May the tools of a server be called whose schemas cannot be used? */
  readonly mode: (server: string) => SchemaMode
  readonly compiled?: number
}

/** A schema as a function, or why it cannot be one. */
type Compiled = { readonly check: CheckValue } | { readonly fault: PortcullisError }

/** Checks by the schemas of tools, each compiled once for all who are shown the same. */
export function toolSchemas({ log, mode, compiled = MAX_COMPILED }: ToolSchemaOptions) {
  // INVARIANT: in the order of last use, the longest ago first.
  const byText = new Map<string, Compiled>()
  const byObject: Record<SchemaMode, WeakMap<JsonObject, Compiled>> = {
    ...{ strict: new WeakMap(), lenient: new WeakMap() },
  }

  const compile = (schema: JsonObject, tool: DefinedTool): Compiled => {
    const how = mode(tool.server)
    const known = byObject[how].get(schema)
    if (known !== undefined) return known
    const key = `${how} ${keyOf(schema)}`
    const made = byText.get(key) ?? orFault(() => ({ check: compileSchema(schema, how) }))
    if ('fault' in made && !byText.has(key)) {
      const { server, tool: name } = tool
      log.warn('tool.schema_unusable', { server, tool: name, reason: made.fault.message })
    }
    byText.delete(key)
    byText.set(key, made)
    const [oldest] = byText.keys()
    if (byText.size > compiled && oldest !== undefined) byText.delete(oldest)
    byObject[how].set(schema, made)
    return made
  }

  /** Places where the value does not fit. Where the server may be lenient nothing else counts. */
  const problems = (schema: JsonValue | undefined, value: JsonValue, tool: DefinedTool) => {
    if (schema === undefined || schema === true) return []
    try {
      if (!isJsonObject(schema)) throw unusable('it is no object')
      const found = compile(schema, tool)
      if ('fault' in found) throw found.fault
      return found.check(value)
    } catch (error) {
      if (mode(tool.server) === 'lenient' && codeOf(error) === 'SCHEMA_UNUSABLE') return []
      throw error
    }
  }

  return {
    checkArguments(tool, args) {
      const found = problems(tool.definition.inputSchema, args, tool)
      if (found.length > 0) throw new SchemaMismatch('ARGUMENTS_INVALID', found)
    },
    checkResult(tool, { structuredContent, isError, resultType }) {
      const { outputSchema } = tool.definition
      const isAnswer = resultType === undefined || resultType === 'complete'
      if (outputSchema === undefined || isError === true || !isAnswer) return
      if (structuredContent === undefined) {
        if (mode(tool.server) === 'lenient') return
        throw new SchemaMismatch('RESULT_INVALID', [WITHOUT])
      }
      const found = problems(outputSchema, structuredContent, tool)
      if (found.length > 0) throw new SchemaMismatch('RESULT_INVALID', found)
    },
  } satisfies ToolSchemas
}

const WITHOUT = { path: '/structuredContent', expected: 'what the output schema describes' }

/** @throws PortcullisError `SCHEMA_UNUSABLE` for one that is not even worth hashing. */
function keyOf(schema: JsonObject): string {
  const text = orFaultOf(() => canonical(schema))
  if (text.length > 2 * MAX_SCHEMA_BYTES) throw unusable(`it is longer than ${MAX_SCHEMA_BYTES}`)
  return hash('sha256', text, 'base64')
}

function orFaultOf<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw unusable('it has no canonical form', cause)
  }
}

function orFault(make: () => Compiled): Compiled {
  try {
    return make()
  } catch (error) {
    if (error instanceof PortcullisError && error.code === 'SCHEMA_UNUSABLE')
      return { fault: error }
    throw error
  }
}
