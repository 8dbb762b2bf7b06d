import { LARGE, TEST } from './simple-tests.ts'
import { NO_TEXT, type Trial } from './trial.ts'
import type { Truth } from './truth.ts'
import { ERROR, FALSE, or, TRUE, truthOf } from './truth.ts'

/**
 * Runs the simple test that stands at a place of `codes`: its kind, the slot of its attribute, its
 * constant. `TRUE` and `FALSE` are what the closure of the same condition comes to. `ERROR` means
 * no more than that this cannot tell: the attribute is missing, open, or of another type, and the
 * closures know what then.
 */
export function runTest(codes: Int32Array, at: number, trial: Trial): Truth {
  const kind = codes[at] ?? TEST.text
  const slot = codes[at + 1] ?? 0
  const operand = codes[at + 2] ?? 0
  if (kind <= TEST.otherText) {
    const text = trial.textAt(slot)
    return text === NO_TEXT ? ERROR : truthOf((text === operand) === (kind === TEST.text))
  }
  if (kind === TEST.element) return trial.holds(slot, operand)
  const value = trial.read(slot)
  if (typeof value === 'number') {
    if (kind >= LARGE) return compare(kind - LARGE, value, trial.table.numbers[operand] ?? 0)
    return compare(kind, value, operand)
  }
  if (typeof value === 'boolean')
    return kind === TEST.boolean ? truthOf(value === (operand === 1)) : ERROR
  if (kind === TEST.elements) return holdsOne(slot, trial.table.elements[operand] ?? [], trial)
  return runOnText(codes, at, trial)
}

/** A number that is none, such as an infinity, is left to the closures. */
function compare(kind: number, value: number, operand: number): Truth {
  if (value - value !== 0) return ERROR
  switch (kind) {
    case TEST.number:
      return truthOf(value === operand)
    case TEST.otherNumber:
      return truthOf(value !== operand)
    case TEST.below:
      return truthOf(value < operand)
    case TEST.atMost:
      return truthOf(value <= operand)
    case TEST.above:
      return truthOf(value > operand)
    case TEST.atLeast:
      return truthOf(value >= operand)
    default:
      return ERROR
  }
}

/** How far the tests of labels lie behind those of numbers. */
const LABELS = TEST.labelBelow - TEST.below

function runOnText(codes: Int32Array, at: number, trial: Trial): Truth {
  const [kind = 0, operand = 0] = [codes[at], codes[at + 2]]
  const value = trial.read(codes[at + 1] ?? 0)
  if (typeof value !== 'string') return ERROR
  if (kind === TEST.choice) return truthOf(trial.table.choices[operand]?.has(value) === true)
  if (kind < TEST.labelBelow) return ERROR
  const rank = trial.table.ranks[operand]?.get(value)
  return rank === undefined ? ERROR : compare(kind - LABELS, rank, 0)
}

/** An or over the elements. */
function holdsOne(slot: number, elements: readonly number[], trial: Trial): Truth {
  let truth: Truth = FALSE
  for (const element of elements) {
    truth = or(truth, trial.holds(slot, element))
    if (truth === TRUE) break
  }
  return truth
}
