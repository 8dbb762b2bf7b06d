import assert from 'node:assert/strict'

/** Each copy of some bytes with one bit flipped, and the byte it is in. */
export function* flips(bytes: Uint8Array): Generator<readonly [flipped: Uint8Array, at: number]> {
  const copy = Uint8Array.from(bytes)
  for (let at = 0; at < copy.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      copy[at] = (bytes[at] ?? 0) ^ (1 << bit)
      yield [copy, at]
    }
    copy[at] = bytes[at] ?? 0
  }
}

/** How often each code was given. A judgement that finds nothing wrong fails the test. */
export class Tally {
  readonly codes = new Map<string, number>()

  add(code: string | undefined, what: string): void {
    assert.ok(code !== undefined, `accepted with ${what}`)
    assert.match(code, /^[A-Z_]+$/)
    assert.notEqual(code, 'INTERNAL', what)
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
  }

  /** The codes that were given, in order of their names. */
  names(): readonly string[] {
    return [...this.codes.keys()].sort()
  }
}
