/**
 * Text as a reader understands it, for matching: compatibility forms (NFKC) and look-alike letters
 * become plain ones, invisible characters go, capitals are small. Every character knows where it
 * stood in the original.
 */
export interface FoldedText {
  readonly text: string
  /** The place in the original of a place in `text`. */
  readonly at: (index: number) => number
}

const ASCII = /^[\0-\x7f]*$/u

export function foldText(original: string): FoldedText {
  if (ASCII.test(original)) return { text: original.toLowerCase(), at: (index) => index }
  const places: number[] = []
  let text = ''
  let place = 0
  for (const character of original) {
    const plain = foldCharacter(character)
    for (let unit = 0; unit < plain.length; unit += 1) places.push(place)
    text += plain
    place += character.length
  }
  return { text, at: (index) => places[index] ?? original.length }
}

/** Characters without a form of their own: they take no room, so they separate nothing. */
export const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

function foldCharacter(character: string): string {
  if (INVISIBLE.test(character)) return ''
  const plain = character.normalize('NFKC').toLowerCase()
  return LOOK_ALIKES.get(plain) ?? plain
}

/** Small letters of other scripts that look Latin (a part of Unicode TR 39), and typed quotes. */
const LOOK_ALIKES = new Map<string, string>(
  Object.entries({
    а: 'a',
    в: 'b',
    е: 'e',
    ё: 'e',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    т: 't',
    у: 'y',
    х: 'x',
    і: 'i',
    ї: 'i',
    ј: 'j',
    ѕ: 's',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    һ: 'h',
    ɡ: 'g',
    α: 'a',
    ε: 'e',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    ı: 'i',
    ɩ: 'i',
    ʟ: 'l',
    ո: 'n',
    ս: 'u',
    օ: 'o',
    '’': "'",
    '‘': "'",
    '“': '"',
    '”': '"',
  }),
)
