/**
 * What a policy set may cost, in one place. The first group bounds what is loaded and fails at
 * load; the second bounds what a condition may do and is an error while deciding, which denies.
 */

/** Length of one policy file, in UTF-16 units. */
export const MAX_FILE_LENGTH = 1_048_576
/** Length of one line: receipts carry the line of the rule that decided. */
export const MAX_LINE_LENGTH = 1_000
/** Length of one string literal. */
export const MAX_STRING_LENGTH = 500
/** Parentheses, lists, calls and negations inside one another. */
export const MAX_NESTING = 48
/** Quantifiers inside one another. */
export const MAX_QUANTIFIER_NESTING = 2
/** Operators, calls, paths and values of one condition: what it costs grows with them. */
export const MAX_CONDITION_PARTS = 4_000
/** Rules of all files together. */
export const MAX_RULES = 100_000
/** Mistakes reported for one file; the rest is counted. */
export const MAX_DIAGNOSTICS = 20

/** Elements of a list that a method or a quantifier looks at. */
export const MAX_ELEMENTS = 1_000
/** Elements that one rule's conditions look at, all lists together. */
export const MAX_VISITS = 100_000
/** Errors kept for one condition; the first is reported. */
export const MAX_FAILURES = 8
