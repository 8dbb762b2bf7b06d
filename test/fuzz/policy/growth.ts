import { loadPolicies } from '../../../src/kernel/policy/load-policies.ts'
import { HOSTILE_TEXTS } from '../../policy-matrix/hostile-texts.ts'
import { REGISTRY } from '../../policy-matrix/registry.ts'

/** From half a page to the longest file there is (`MAX_FILE_LENGTH` is 2²⁰ characters). */
const LENGTHS = [2 ** 14, 2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20 - 64]
const ATTEMPTS = 3

/** Time a character may grow so much over 64 times the length; a quadratic would grow 64 times. */
export const MAX_GROWTH = 6

export interface GrowthReport {
  readonly families: readonly Growth[]
  readonly linear: boolean
}

export interface Growth {
  readonly name: string
  readonly sizes: readonly number[]
  /** For each character, the fastest of some attempts. */
  readonly nanoseconds: readonly number[]
  /** The longest text's over the least. */
  readonly ratio: number
}

export function growthReport(): GrowthReport {
  const families = Object.entries(HOSTILE_TEXTS).map(([name, textOf]) => growthOf(name, textOf))
  return { families, linear: families.every(({ ratio }) => ratio <= MAX_GROWTH) }
}

function growthOf(name: string, textOf: (length: number) => string): Growth {
  const texts = LENGTHS.map(textOf)
  const nanoseconds = texts.map((text) => (1e6 * fastest(text)) / text.length)
  // The first ones run before the engine is warm: the least of all is what a character costs.
  const ratio = (nanoseconds.at(-1) ?? 0) / Math.min(...nanoseconds)
  return { name, sizes: texts.map((text) => text.length), nanoseconds, ratio }
}

function fastest(text: string): number {
  const times = Array.from({ length: ATTEMPTS }, () => {
    const begun = performance.now()
    loadPolicies([{ file: 'f.policy', text }], REGISTRY)
    return performance.now() - begun
  })
  return Math.min(...times)
}
