import { parsePolicyFile } from '../../policy/language/parser.ts'
import { loadPolicies } from '../../policy/load-policies.ts'
import type { ObligationRegistry } from '../../policy/obligation-registry.ts'
import type { OutsideLanguage } from '../../policy/outside.ts'
import type { PolicyText } from '../../policy/policy-text.ts'
import { firstFailure } from '../run-tests.ts'
import type { TestCell } from '../suite.ts'
import type { Mutant } from './mutant.ts'
import { mutantsOf } from './mutants.ts'

export interface Mutated {
  readonly files: readonly PolicyText[]
  readonly registry: ObligationRegistry
  /** Files of another language beside them, which stay as they are. */
  readonly beside?: readonly PolicyText[]
  readonly outside?: OutsideLanguage | undefined
}

/** `unloadable`: the checker refuses it, so nobody could make this mistake. */
export interface TriedMutant extends Omit<Mutant, 'text'> {
  readonly outcome: 'killed' | 'survived' | 'unloadable'
}

/** Runs the tests against each mutant until one fails; the caller may stop after any. */
export function* tryMutants(
  { files, beside = [], registry, outside }: Mutated,
  cells: readonly TestCell[],
): Generator<TriedMutant> {
  const parsed = files.map(({ file, text }) => parsePolicyFile(file, text))
  const previous = loadPolicies([...files, ...beside], registry, { outside })
  for (const { text, ...mutant } of mutantsOf(parsed)) {
    const mutated = files.map((file) => (file.file === mutant.file ? { ...file, text } : file))
    const { set } = loadPolicies([...mutated, ...beside], registry, { previous, outside })
    if (set === undefined) yield { ...mutant, outcome: 'unloadable' }
    else {
      const outcome = firstFailure(cells, set) === undefined ? 'survived' : 'killed'
      yield { ...mutant, outcome }
    }
  }
}

export interface MutationReport {
  readonly killed: number
  readonly survived: readonly Omit<TriedMutant, 'outcome'>[]
  readonly unloadable: number
  /** False when a bound ended it: then there are mutants that nobody tried. */
  readonly complete: boolean
  /** Of those that load, rounded down. */
  readonly percent: number
}

export function mutationReport(tried: readonly TriedMutant[], complete: boolean): MutationReport {
  const count = (outcome: TriedMutant['outcome']) =>
    tried.filter((mutant) => mutant.outcome === outcome).length
  const survived = tried.flatMap(({ outcome, ...mutant }) =>
    outcome === 'survived' ? [mutant] : [],
  )
  const killed = count('killed')
  const loaded = killed + survived.length
  const percent = loaded === 0 ? 100 : Math.floor((100 * killed) / loaded)
  return { killed, survived, unloadable: count('unloadable'), complete, percent }
}
