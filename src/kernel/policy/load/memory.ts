import type { Surroundings } from '../check/check-policies.ts'
import type { Compiling } from '../evaluate/compile-policies.ts'
import type { LoadedFile } from './loaded-file.ts'

/** What a load leaves for the next one of nearly the same files. */
export interface LoadMemory {
  /** Sorted by name. */
  readonly files: readonly LoadedFile[]
  readonly ruleCount: number
  readonly surroundings: Surroundings
  readonly compiling: Compiling
  /** How much the table of `compiling` held after the load that began it. */
  readonly tableSize: number
  /** The file that each policy stands in. */
  readonly names: ReadonlyMap<string, string>
}
