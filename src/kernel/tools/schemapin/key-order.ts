/** An array index in the sense of ECMA-262: objects list such names first, by their value. */
const INDEX_LIMIT = 2 ** 32 - 1

export function isIndex(name: string): boolean {
  return /^(?:0|[1-9][0-9]{0,9})$/.test(name) && Number(name) < INDEX_LIMIT
}

/** As JavaScript's SDK orders names: indices by value, then the others by UTF-16 code units. */
export function javascriptOrder(names: readonly string[]): readonly string[] {
  const indices = names.filter(isIndex).sort((a, b) => Number(a) - Number(b))
  return [...indices, ...names.filter((name) => !isIndex(name)).sort()]
}

/** As the three others do: by code points, which is also the order of UTF-8 bytes. */
export function codePointOrder(names: readonly string[]): readonly string[] {
  return [...names].sort(byCodePoints)
}

function byCodePoints(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    if (a.charCodeAt(at) === b.charCodeAt(at)) continue
    return placeOf(a.charCodeAt(at)) - placeOf(b.charCodeAt(at))
  }
  return a.length - b.length
}

/** Half of a pair stands for a code point above all that need none. */
function placeOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
