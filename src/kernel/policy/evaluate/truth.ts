/**
 * What a condition may come out as: a set, as a bit mask. Deciding on a whole request gives one
 * outcome; with something left open (`mayAllow`) a set holds every outcome that it could lead to.
 */
export type Truth = number

export const TRUE = 1
export const FALSE = 2
/** Unknown: an attribute is missing, a type does not fit, a bound was passed. */
export const ERROR = 4
export const ANY = TRUE | FALSE | ERROR

const OUTCOMES = [TRUE, FALSE, ERROR]

/** Kleene's strong logic on single outcomes: an error is absorbed only where it cannot matter. */
function kleeneAnd(a: number, b: number): number {
  if (a === FALSE || b === FALSE) return FALSE
  return a === ERROR || b === ERROR ? ERROR : TRUE
}

function kleeneNot(a: number): number {
  if (a === ERROR) return ERROR
  return a === TRUE ? FALSE : TRUE
}

/** Every outcome that some pair of outcomes, one from each set, leads to. */
function lift(combine: (a: number, b: number) => number): Uint8Array {
  return Uint8Array.from({ length: 64 }, (_, index) => {
    let outcomes = 0
    for (const a of OUTCOMES)
      for (const b of OUTCOMES) if ((index >> 3) & a && index & b) outcomes |= combine(a, b)
    return outcomes
  })
}

const AND = lift(kleeneAnd)
const OR = lift((a, b) => kleeneNot(kleeneAnd(kleeneNot(a), kleeneNot(b))))
const NOT = lift((_, b) => kleeneNot(b)).slice(ANY << 3)

export function and(a: Truth, b: Truth): Truth {
  return AND[(a << 3) | b] ?? ERROR
}

export function or(a: Truth, b: Truth): Truth {
  return OR[(a << 3) | b] ?? ERROR
}

export function not(a: Truth): Truth {
  return NOT[a] ?? ERROR
}

export function truthOf(value: boolean): Truth {
  return value ? TRUE : FALSE
}
