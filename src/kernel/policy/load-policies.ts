import { checkPolicies } from './check/check-policies.ts'
import { Compiling } from './evaluate/compile-policies.ts'
import { MAX_RULES } from './language/bounds.ts'
import type { Diagnostic } from './language/diagnostics.ts'
import { fileDiagnostic, hasError } from './language/diagnostics.ts'
import type { ParsedFile } from './language/parser.ts'
import { sortedByFile } from './load/changes.ts'
import { loadChanges, namesOf } from './load/load-changes.ts'
import { asRead, type ReadFile, readFile } from './load/loaded-file.ts'
import type { LoadMemory } from './load/memory.ts'
import type { ObligationRegistry } from './obligation-registry.ts'
import type { LoadedOutside, OutsideLanguage } from './outside.ts'
import { PolicySet } from './policy-set.ts'
import type { PolicyText } from './policy-text.ts'
import { readDemands } from './read-demands.ts'
import { versionOfDigests } from './version.ts'

export type { PolicyText } from './policy-text.ts'

export interface LoadedPolicies {
  /** Absent when there is an error. */
  readonly set: PolicySet | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** For the next load: what has not changed need not be read again. */
  readonly memory?: LoadMemory
}

export interface LoadOptions {
  /** What was loaded before. */
  readonly previous?: LoadedPolicies | undefined
  /** Another language, whose files may stand among ours. */
  readonly outside?: OutsideLanguage | undefined
}

/**
 * Parses, checks and compiles a set of files. The order of the files never matters. One error
 * anywhere and there is no set: half a set could lack the half that denies. With what was loaded
 * before, only the files that changed are read again; what comes out is the same.
 */
export function loadPolicies(
  files: readonly PolicyText[],
  registry: ObligationRegistry,
  { previous, outside }: LoadOptions = {},
): LoadedPolicies {
  const isOutside = ({ file }: PolicyText) => outside?.endings.some((it) => file.endsWith(it))
  const own = sortedByFile(files.filter((file) => !isOutside(file)))
  const loaded = loadOnto(own, registry, previous) ?? loadAnew(own, registry, previous?.memory)
  const others = sortedByFile(files.filter(isOutside))
  if (outside === undefined || loaded.memory === undefined) return loaded
  return loadBeside(loaded, loaded.memory, () => {
    const demands = readDemands(loaded.memory?.files ?? [], registry)
    return others.length === 0 ? undefined : outside.load(others, demands)
  })
}

/** Policies of another language join ours: together they are one set with one version. */
function loadBeside(
  own: LoadedPolicies,
  memory: LoadMemory,
  load: () => LoadedOutside | undefined,
): LoadedPolicies {
  const beside = load()
  const version = versionOfDigests(memory.files)
  // Not `own.diagnostics`: where nothing of ours changed, they hold what was beside it before.
  const ours = memory.files.flatMap(({ checked }) => checked.diagnostics)
  if (beside === undefined)
    return { ...own, set: own.set?.beside(undefined, version), diagnostics: ours }
  const diagnostics = [...ours, ...beside.diagnostics]
  if (beside.policies === undefined || hasError(diagnostics)) return { set: undefined, diagnostics }
  return { ...own, set: own.set?.beside(beside.policies, version), diagnostics }
}

function loadOnto(
  files: readonly PolicyText[],
  registry: ObligationRegistry,
  previous: LoadedPolicies | undefined,
): LoadedPolicies | undefined {
  if (previous?.set === undefined || previous.memory?.surroundings.registry !== registry)
    return undefined
  const changed = loadChanges(files, previous.memory)
  if (changed === undefined) return undefined
  if (changed.changes.length === 0) return previous
  const { memory, changes } = changed
  if (memory.ruleCount > MAX_RULES) return undefined
  const diagnostics = memory.files.flatMap(({ checked }) => checked.diagnostics)
  return { set: previous.set.with(memory, changes), diagnostics, memory }
}

function loadAnew(
  texts: readonly PolicyText[],
  registry: ObligationRegistry,
  memory: LoadMemory | undefined,
): LoadedPolicies {
  const known = new Map(memory?.files.map((file) => [file.file, file]))
  const files = texts.map((text): ReadFile => {
    const read = known.get(text.file)
    return read?.text === text.text ? read : readFile(text)
  })
  return loadRead(files, registry)
}

/** The same for files that have been parsed already. */
export function loadParsed(
  files: readonly ParsedFile[],
  registry: ObligationRegistry,
): LoadedPolicies {
  return loadRead(sortedByFile(files.map(asRead)), registry)
}

function loadRead(files: readonly ReadFile[], registry: ObligationRegistry): LoadedPolicies {
  const unreadable = files.flatMap(({ diagnostics }) => diagnostics)
  if (hasError(unreadable)) return { set: undefined, diagnostics: unreadable }
  const tooMany = beyondBounds(files)
  if (tooMany !== undefined) return { set: undefined, diagnostics: [tooMany] }
  const checked = checkPolicies(files, registry)
  const { surroundings, diagnostics } = checked
  if (hasError(diagnostics)) return { set: undefined, diagnostics }
  const compiling = new Compiling(surroundings.vocabulary.orders)
  const loaded = files.map((file, index) => {
    const own = checked.files[index] ?? { policies: [], diagnostics: [] }
    return { ...file, checked: own, compiled: compiling.policies(own.policies) }
  })
  const next: LoadMemory = {
    ...{ files: loaded, surroundings, compiling, tableSize: compiling.table.size },
    ruleCount: loaded.reduce((count, { compiled }) => count + compiled.ruleCount, 0),
    names: fileOfEach(loaded),
  }
  return { set: PolicySet.of(next), diagnostics, memory: next }
}

/** The file of each policy, by its name. */
function fileOfEach(files: readonly ReadFile[]): LoadMemory['names'] {
  const names = new Map<string, string>()
  for (const file of files) for (const name of namesOf(file)) names.set(name, file.file)
  return names
}

function beyondBounds(files: readonly ReadFile[]): Diagnostic | undefined {
  let rules = 0
  for (const { source, tree } of files) {
    for (const policy of tree.policies) rules += policy.rules.length
    if (rules > MAX_RULES) return fileDiagnostic(source.file, `more than ${MAX_RULES} rules in all`)
  }
  return undefined
}
