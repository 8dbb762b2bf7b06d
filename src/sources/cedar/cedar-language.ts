import { hash } from 'node:crypto'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { Diagnostics, fileDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import type { PolicyText } from '../../kernel/policy/load-policies.ts'
import type { LoadedOutside, OutsideLanguage, ReadDemands } from '../../kernel/policy/outside.ts'
import { PLAIN_NAMING } from './cedar-call.ts'
import { CedarPolicies } from './cedar-policies.ts'
import type { CedarEngine } from './engine.ts'
import { loadCedarEngine } from './engine.ts'
import { hintOf, messageOf, spanOf } from './offsets.ts'
import type { CedarPolicy } from './read-policies.ts'
import { readCedarFile } from './read-policies.ts'
import { readSchema, SCHEMA_ENDINGS } from './schema.ts'

/** Policies of all Cedar files of a set. */
export const MAX_CEDAR_POLICIES = 10_000

/** Cedar, evaluated by the official WebAssembly build; loaded when there is a Cedar file. */
export const cedar: OutsideLanguage = {
  endings: ['.cedar', ...SCHEMA_ENDINGS],
  load: (files, read) => load(files, read, loadCedarEngine()),
}

function load(files: readonly PolicyText[], read: ReadDemands, engine: CedarEngine): LoadedOutside {
  const isSchema = ({ file }: PolicyText) => SCHEMA_ENDINGS.some((ending) => file.endsWith(ending))
  const { schema, diagnostics } = readSchema(engine, files.filter(isSchema))
  const texts = files.filter((file) => !isSchema(file))
  const parsed = texts.map((file) => readCedarFile(file, engine, read))
  const policies = parsed.flatMap((file) => file.policies)
  const found = [...diagnostics, ...parsed.flatMap((file) => file.diagnostics)]
  if (policies.length > MAX_CEDAR_POLICIES)
    found.push(fileDiagnostic(texts[0]?.file ?? '', `more than ${MAX_CEDAR_POLICIES} policies`))
  if (hasError(found)) return { policies: undefined, diagnostics: found }
  if (schema !== undefined) found.push(...validated(schema.schema, policies, engine))
  if (hasError(found)) return { policies: undefined, diagnostics: found }
  const naming = schema?.naming ?? PLAIN_NAMING
  const fingerprint = hash('sha256', JSON.stringify(files.map(({ file, text }) => [file, text])))
  const loaded = new CedarPolicies(engine, policies, { naming, fingerprint })
  return { policies: loaded, diagnostics: found }
}

/** Cedar's strict validation: a policy that passes meets no type error while deciding. */
function validated(
  schema: string | object,
  policies: readonly CedarPolicy[],
  engine: CedarEngine,
): readonly Diagnostic[] {
  const staticPolicies = Object.fromEntries(policies.map(({ text }, number) => [number, text]))
  const settings = { schema, validationSettings: { mode: 'strict' } } as const
  const answer = engine.validate({ ...settings, policies: { staticPolicies } })
  const { validationErrors = [], validationWarnings = [], errors = [] } = answer
  const file = policies[0]?.source.file ?? ''
  return [
    ...errors.map((error) => fileDiagnostic(file, messageOf(error))),
    ...validationErrors.flatMap((found) => diagnosticOf('error', found)),
    ...validationWarnings.flatMap((found) => diagnosticOf('warning', found)),
  ]

  function diagnosticOf(severity: Diagnostic['severity'], found: (typeof validationErrors)[0]) {
    const policy = policies[Number(found.policyId)]
    if (policy === undefined) return []
    const { source, piece, text, ref } = policy
    const diagnostics = new Diagnostics(source)
    const message = messageOf(found.error).replace(/^for policy `[^`]*`, /u, '')
    const at = spanOf(found.error, text, piece.start)
    diagnostics[severity]({
      at,
      message: `policy \`${ref.policy}\`: ${message}`,
      hint: hintOf(found.error),
    })
    return diagnostics.list()
  }
}

function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}
