import { PortcullisError } from '../errors.ts'

/** Amounts are counted in millionths of their unit, so that sums are exact. */
const MICROS = 1_000_000

/** Largest amount and limit, in units. */
export const MAX_AMOUNT = 1_000_000_000

/** Relative error of a decimal number as a double, and of one multiplication. */
const ROUNDING = 2 ** -51

/**
 * An amount to spend in whole millionths, rounded up.
 * @throws PortcullisError `OBLIGATION_INVALID` when it is negative, not finite or too large.
 */
export function microsOf(amount: number): number {
  if (amount >= 0 && amount <= MAX_AMOUNT) return Math.ceil(amount * MICROS * (1 - ROUNDING))
  throw new PortcullisError('OBLIGATION_INVALID', `\`${amount}\` is no amount to spend`)
}

/** A limit in whole millionths, rounded down. */
export function limitMicrosOf(limit: number): number {
  return Math.floor(limit * MICROS * (1 + ROUNDING))
}

/** The amount that whole millionths stand for, in units. */
export function amountOf(micros: number): number {
  return micros / MICROS
}
