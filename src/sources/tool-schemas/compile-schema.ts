import { Ajv, type AnySchema, type ErrorObject, type Options } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { codeOf } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { canonical } from '../../kernel/receipt/canonical.ts'
import {
  type Dialect,
  prepareSchema,
  STEP_KEYWORD,
  unusable,
} from '../../kernel/schema/prepare-schema.ts'
import type { SchemaProblem } from '../../kernel/schema/schema-problem.ts'
import { linearPatterns } from './linear-pattern.ts'
import { problemsOf } from './problems.ts'
import { OutOfSteps, StepBudget } from './step-budget.ts'

/** Where a value is not what the schema says; nothing where it is. */
export type CheckValue = (value: JsonValue) => readonly SchemaProblem[]

export type SchemaMode = 'strict' | 'lenient'

const budget = new StepBudget()

function options(mode: SchemaMode): Options {
  return {
    // What a keyword is that we do not know, its server knows: it says nothing here.
    ...{ strict: false, validateFormats: false, logger: false },
    // Schemas of different tools never know of each other.
    ...{ addUsedSchema: false, meta: true },
    // A value is looked at and never changed; what every object inherits is no member of it.
    ...{ ownProperties: true, allErrors: false, messages: false },
    // To optimise what is generated takes longer than it saves, the more so the larger it is.
    code: { optimize: false, regExp: linearPatterns(budget, { lenient: mode === 'lenient' }) },
  }
}

function compilers(mode: SchemaMode) {
  const both = {
    '2020-12': new Ajv2020(options(mode)),
    'draft-07': new Ajv(options(mode)),
  }
  for (const compiler of Object.values(both)) {
    compiler.addKeyword({ keyword: STEP_KEYWORD, validate: () => budget.step(), errors: false })
    // The original compares each element with each other.
    compiler.removeKeyword('uniqueItems')
    compiler.addKeyword({
      ...{ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', errors: false },
      validate: (wanted: boolean, list: readonly JsonValue[]) => !wanted || isUnique(list),
    })
  }
  return both
}

/** Schemas that one compiler is given: what it made of each it keeps for as long as it lives. */
const SCHEMAS_PER_COMPILER = 500

/** Compilers, each put away with all it keeps once it has made so many. */
class Compilers {
  readonly #mode: SchemaMode
  #current: ReturnType<typeof compilers> | undefined
  #made = 0

  constructor(mode: SchemaMode) {
    this.#mode = mode
  }

  of(dialect: Dialect): Ajv {
    this.#made += 1
    if (this.#made % SCHEMAS_PER_COMPILER === 0) this.#current = undefined
    this.#current ??= compilers(this.#mode)
    return this.#current[dialect]
  }
}

const COMPILERS = { strict: new Compilers('strict'), lenient: new Compilers('lenient') }

/**
 * A schema as a function. Compiling it costs as much as some hundred checks.
 * @throws PortcullisError `SCHEMA_UNUSABLE`, also from the function, for a value that takes too
 * many steps.
 */
export function compileSchema(schema: JsonObject, mode: SchemaMode): CheckValue {
  const prepared = prepareSchema(schema)
  const compiler = COMPILERS[mode].of(prepared.dialect)
  const validate = orUnusable(() => {
    budget.begin()
    try {
      return compiler.compile<unknown>(prepared.schema as AnySchema)
    } finally {
      compiler.removeSchema(prepared.schema as AnySchema)
    }
  })
  return (value) => {
    budget.begin()
    if (orUnusable(() => validate(value))) return []
    return problemsOf((validate.errors ?? []) as readonly ErrorObject[])
  }
}

function orUnusable<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (codeOf(cause) === 'SCHEMA_UNUSABLE') throw cause
    if (cause instanceof OutOfSteps || cause instanceof RangeError)
      throw unusable('to check a value by it takes too long', cause)
    throw unusable(cause instanceof Error ? cause.message : 'it does not compile', cause)
  }
}

function isUnique(list: readonly JsonValue[]): boolean {
  budget.step(list.length)
  return new Set(list.map((item) => canonical(item))).size === list.length
}
