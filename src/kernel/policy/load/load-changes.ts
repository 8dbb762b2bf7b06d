import { checkFile, isSelfContained } from '../check/check-policies.ts'
import { hasError } from '../language/diagnostics.ts'
import type { PolicyText } from '../policy-text.ts'
import { changesBetween, sortedByFile } from './changes.ts'
import { type LoadedFile, type ReadFile, readFile } from './loaded-file.ts'
import type { LoadMemory } from './memory.ts'

/** Beyond such a share of the files everything is loaded anew: it costs no more. */
const MAX_CHANGED_SHARE = 0.25

export interface Changed {
  readonly memory: LoadMemory
  readonly changes: readonly FileChange[]
}

/** A file as it was and as it is; one side is absent when it is new or gone. */
export interface FileChange {
  readonly before: LoadedFile | undefined
  readonly after: LoadedFile | undefined
}

/**
 * Loads only what is not as it was. Undefined when that is not enough: what a changed file declares
 * may matter to any other, and with a mistake anywhere all mistakes have to be told.
 */
export function loadChanges(files: readonly PolicyText[], memory: LoadMemory): Changed | undefined {
  const { compiling, tableSize } = memory
  if (compiling.table.size > 2 * tableSize + 10_000) return undefined
  const changes = changesBetween(memory.files, files)
  if (changes.length > Math.max(1, MAX_CHANGED_SHARE * files.length)) return undefined
  const loaded: FileChange[] = []
  for (const change of changes) {
    const after = change.after && loadOne(change.after, memory)
    if (change.after !== undefined && after === undefined) return undefined
    if (change.before && !isSelfContained(change.before, change.before.checked.policies))
      return undefined
    loaded.push({ before: change.before, after })
  }
  const names = renamed(memory.names, loaded)
  if (names === undefined) return undefined
  const ruleCount = loaded.reduce((count, { before, after }) => {
    return count + (after?.compiled.ruleCount ?? 0) - (before?.compiled.ruleCount ?? 0)
  }, memory.ruleCount)
  const now = replaced(memory.files, loaded)
  return { memory: { ...memory, files: now, names, ruleCount }, changes: loaded }
}

function loadOne(text: PolicyText, { surroundings, compiling }: LoadMemory) {
  const read = readFile(text)
  if (hasError(read.diagnostics)) return undefined
  const checked = checkFile(read, surroundings)
  if (hasError(checked.diagnostics) || !isSelfContained(read, checked.policies)) return undefined
  return { ...read, checked, compiled: compiling.policies(checked.policies) }
}

/** The file of each policy after the changes; undefined when two policies would share a name. */
function renamed(
  names: LoadMemory['names'],
  changes: readonly FileChange[],
): LoadMemory['names'] | undefined {
  if (changes.every(({ before, after }) => namesOf(before).join(' ') === namesOf(after).join(' ')))
    return names
  const changed = new Map(names)
  for (const { before } of changes) for (const name of namesOf(before)) changed.delete(name)
  for (const { after } of changes)
    for (const name of namesOf(after)) {
      if (changed.has(name) || after === undefined) return undefined
      changed.set(name, after.file)
    }
  return changed
}

export function namesOf(file: ReadFile | undefined): readonly string[] {
  return file?.tree.policies.map(({ name }) => name.text) ?? []
}

function replaced(
  files: readonly LoadedFile[],
  changes: readonly FileChange[],
): readonly LoadedFile[] {
  const [{ before, after } = { before: undefined, after: undefined }, ...others] = changes
  if (before !== undefined && after !== undefined && others.length === 0)
    return files.with(files.indexOf(before), after)
  const gone = new Set(changes.map((change) => change.before))
  const come = changes.flatMap((change) => change.after ?? [])
  return sortedByFile([...files.filter((file) => !gone.has(file)), ...come])
}
