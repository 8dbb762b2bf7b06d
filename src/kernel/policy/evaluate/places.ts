import type { AttributeTable } from './attribute-table.ts'
import type { Guarded } from './rows.ts'
import { type GuardTests, TEST, TEST_LENGTH } from './simple-tests.ts'

/** A slot for tests of a text; for tests of a list's elements its complement, `~slot`. */
export type PlaceKey = number

/** A test that a rule can be found by, and the texts or elements that meet it, by number. */
export interface Place {
  readonly key: PlaceKey
  readonly constants: readonly number[]
}

/** What a list is taken to hold: rules under that many of its elements are looked at. */
const LIST_LENGTH = 4

/** The rules that can be found, each under the attribute that tells the most rules apart. */
export function placesOf(
  rules: readonly Guarded[],
  table: AttributeTable,
): ReadonlyMap<Guarded, Place> {
  const possible = new Map<Guarded, readonly Place[]>()
  const met = new Map<PlaceKey, Set<number>>()
  for (const rule of rules) {
    const places = allPlaces(rule, table)
    possible.set(rule, places)
    for (const { key, constants } of places) {
      const all = met.get(key) ?? new Set()
      met.set(key, all)
      for (const constant of constants) all.add(constant)
    }
  }
  const variety = ({ key }: Place) => (met.get(key)?.size ?? 0) / (key < 0 ? LIST_LENGTH : 1)
  const chosen = new Map<Guarded, Place>()
  for (const [rule, [first, ...others]] of possible) {
    if (first === undefined) continue
    let best = first
    for (const other of others) if (variety(other) > variety(best)) best = other
    chosen.set(rule, best)
  }
  return chosen
}

function allPlaces({ tests }: Guarded, table: AttributeTable): readonly Place[] {
  const places: Place[] = []
  const codes = tests?.codes ?? []
  for (let at = 0; at < codes.length; at += TEST_LENGTH) {
    const place = placeAt(codes, at, table)
    if (place !== undefined) places.push(place)
  }
  return places
}

function placeAt(codes: readonly number[], at: number, table: AttributeTable): Place | undefined {
  const slot = codes[at + 1] ?? 0
  const operand = codes[at + 2] ?? 0
  switch (codes[at]) {
    case TEST.text:
      return { key: slot, constants: [operand] }
    case TEST.choice:
      return { key: slot, constants: table.choiceTexts(operand) }
    case TEST.element:
      return { key: ~slot, constants: [operand] }
    case TEST.elements:
      return { key: ~slot, constants: table.elements[operand] ?? [] }
    default:
      return undefined
  }
}

/** The tests but for the one that makes up the place, which holds for whoever finds the rule. */
export function without({ codes }: GuardTests, key: PlaceKey, table: AttributeTable) {
  for (let at = 0; at < codes.length; at += TEST_LENGTH)
    if (placeAt(codes, at, table)?.key === key) return codes.toSpliced(at, TEST_LENGTH)
  return codes
}
