import { createRequire } from 'node:module'
import { PortcullisError } from '../../kernel/errors.ts'

/** The official WebAssembly build of Cedar: an optional peer, loaded when a Cedar file is there. */
export const CEDAR_PACKAGE = '@cedar-policy/cedar-wasm'

/** What we use of `@cedar-policy/cedar-wasm/nodejs`. Offsets are bytes of UTF-8. */
export interface CedarEngine {
  policySetTextToParts(text: string): CedarAnswer & {
    readonly policies?: readonly string[]
    readonly policy_templates?: readonly string[]
  }
  policyToJson(policy: string): CedarAnswer & { readonly json?: PolicyJson }
  schemaToJson(schema: string | object): CedarAnswer & { readonly json?: SchemaJson }
  validate(call: ValidationCall): ValidationAnswer
  preparsePolicySet(name: string, policies: StaticPolicies): CedarAnswer
  statefulIsAuthorized(call: CedarCall & { preparsedPolicySetId: string }): AuthorizationAnswer
}

export interface CedarAnswer {
  readonly type: 'success' | 'failure'
  readonly errors?: readonly CedarError[]
}

export interface CedarError {
  readonly message: string
  readonly help: string | null
  readonly sourceLocations?: readonly SourceLabel[]
}

interface SourceLabel {
  readonly label: string | null
  readonly start: number
  readonly end: number
}

interface StaticPolicies {
  readonly staticPolicies: Readonly<Record<string, string>>
}

interface ValidationCall {
  readonly schema: string | object
  readonly policies: StaticPolicies
  readonly validationSettings: { readonly mode: 'strict' }
}

interface ValidationAnswer extends CedarAnswer {
  readonly validationErrors?: readonly PolicyError[]
  readonly validationWarnings?: readonly PolicyError[]
}

export interface PolicyError {
  readonly policyId: string
  readonly error: CedarError
}

/** The head of a policy, in Cedar's JSON format. */
export interface PolicyHead {
  readonly principal: Constraint
  readonly action: Constraint
  readonly resource: Constraint
}

export interface Constraint {
  readonly op: string
  readonly entity?: UidJson
  readonly entities?: readonly UidJson[]
  readonly entity_type?: string
  readonly in?: { readonly entity?: UidJson }
}

export type UidJson = EntityUid | { readonly __entity: EntityUid }

/** A policy in Cedar's JSON format, as far as we read it. */
export interface PolicyJson extends PolicyHead {
  readonly effect: 'permit' | 'forbid'
  readonly conditions: readonly unknown[]
  readonly annotations?: Readonly<Record<string, string | null>>
}

/** A schema in Cedar's JSON format, by namespace, as far as we read it. */
export type SchemaJson = Readonly<
  Record<string, { readonly actions?: Readonly<Record<string, ActionJson>> }>
>

interface ActionJson {
  readonly memberOf?: readonly { readonly id: string; readonly type?: string }[]
}

export interface EntityUid {
  readonly type: string
  readonly id: string
}

export interface Entity {
  readonly uid: EntityUid
  readonly attrs: Readonly<Record<string, CedarValue>>
  readonly parents: readonly EntityUid[]
}

export type CedarValue =
  | boolean
  | number
  | string
  | readonly CedarValue[]
  | { readonly [name: string]: CedarValue }

/** A request as Cedar takes it. */
export interface CedarCall {
  readonly principal: EntityUid
  readonly action: EntityUid
  readonly resource: EntityUid
  readonly context: Readonly<Record<string, CedarValue>>
  readonly entities: readonly Entity[]
}

interface AuthorizationAnswer extends CedarAnswer {
  readonly response?: {
    readonly decision: 'allow' | 'deny'
    readonly diagnostics: {
      /** The satisfied forbids; when there are none, the satisfied permits. */
      readonly reason: readonly string[]
      readonly errors: readonly PolicyError[]
    }
  }
}

/**
 * Loads Cedar, as installed where the module `from` would find it.
 * @throws PortcullisError `CEDAR_MISSING` when the package is not installed.
 */
export function loadCedarEngine(from: string = import.meta.url): CedarEngine {
  const require = createRequire(from)
  try {
    return require(`${CEDAR_PACKAGE}/nodejs`)
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND'
    const what = missing ? 'is not installed' : 'cannot be loaded'
    const message = `there are Cedar policies, and \`${CEDAR_PACKAGE}\` ${what}`
    throw new PortcullisError('CEDAR_MISSING', message, { cause })
  }
}
