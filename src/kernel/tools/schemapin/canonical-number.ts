/**
 * How the official SDKs write a number. JSON parsers of Python and Rust tell `1` from `1.0`, those
 * of JavaScript and Go do not: of a whole number alone nobody can say how it was written.
 */

/** As ECMAScript does (ECMA-262, Number::toString), and Go but for `-0`. */
export function javascriptNumber(value: number): string {
  return String(value === 0 ? 0 : value)
}

export function goNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** As `json.dumps` writes it: an `int` in full, a `float` as its `repr`. */
export function pythonNumber(value: number, asFloat: boolean): string {
  if (Number.isInteger(value) && !asFloat) return inFull(value)
  const { sign, digits, exponent } = decimalOf(value)
  if (exponent >= -4 && exponent < 16) return sign + inPlain(digits, exponent)
  const power = String(Math.abs(exponent)).padStart(2, '0')
  return `${sign}${scientific(digits)}e${exponent < 0 ? '-' : '+'}${power}`
}

/** As `serde_json` writes it: an integer in full, a float by Ryū. */
export function rustNumber(value: number, asFloat: boolean): string {
  if (Number.isInteger(value) && !asFloat && !Object.is(value, -0)) return inFull(value)
  const { sign, digits, exponent } = decimalOf(value)
  if (exponent > -6 && exponent < 16) return sign + inPlain(digits, exponent)
  return `${sign}${scientific(digits)}e${exponent}`
}

function inFull(value: number): string {
  return BigInt(value).toString()
}

interface Decimal {
  readonly sign: string
  /** The shortest that give the number back. */
  readonly digits: string
  /** Of ten, for the first digit. */
  readonly exponent: number
}

function decimalOf(value: number): Decimal {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e')
  return { sign, digits: mantissa.replace('.', ''), exponent: Number(exponent) }
}

/** Always with a point: `10.0`, `0.001`, `1.5`. */
function inPlain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${whole}.${digits.slice(exponent + 1) || '0'}`
}

function scientific(digits: string): string {
  return digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`
}
