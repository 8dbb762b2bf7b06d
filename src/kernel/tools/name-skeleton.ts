/**
 * Letters of other scripts, and digits, each with the ASCII letter that it is drawn like: the part
 * of the Unicode table of confusables (UTS 39 section 4) that is of use in names of tools.
 */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  // Cyrillic
  ...{ а: 'a', в: 'b', с: 'c', ԁ: 'd', е: 'e', ё: 'e', ԛ: 'q', һ: 'h', і: 'i', ї: 'i', ј: 'j' },
  ...{ к: 'k', ӏ: 'l', м: 'm', н: 'h', о: 'o', р: 'p', г: 'r', ѕ: 's', т: 't', у: 'y' },
  ...{ ѵ: 'v', ԝ: 'w', х: 'x', з: '3', б: '6', п: 'n', и: 'u', ѡ: 'w' },
  // Greek
  ...{ α: 'a', β: 'b', ϲ: 'c', ε: 'e', η: 'n', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't' },
  ...{ υ: 'u', χ: 'x', γ: 'y', ω: 'w', σ: 'o', ϳ: 'j', μ: 'u' },
  // Armenian, Cherokee in small letters, Latin beyond ASCII
  ...{ ա: 'w', հ: 'h', ո: 'n', օ: 'o', ս: 'u', ց: 'g', զ: 'q', յ: 'j', ք: 'p', ե: 't' },
  ...{ ꭰ: 'd', ꭱ: 'r', ꭲ: 't', ꮃ: 'w', ꮋ: 'h', ꮯ: 'c', ꮲ: 'p', ꮪ: 's', ꭺ: 'a', ꭼ: 'e' },
  ...{ ı: 'i', ł: 'l', ø: 'o', đ: 'd', ħ: 'h', ŧ: 't', ɑ: 'a', ɡ: 'g', ɩ: 'i', ʋ: 'v', ƅ: 'b' },
}

/** What is drawn alike within ASCII, the longer ones first. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/rn/gu, 'm'],
  [/vv/gu, 'w'],
  [/cl/gu, 'd'],
  [/[1il|!]/gu, 'l'],
  [/0/gu, 'o'],
  [/5/gu, 's'],
]

/**
 * A name without what other names hide behind: compatibility forms (NFKC), marks, what is not seen,
 * letters that are drawn alike in other scripts, case, and separators. Two names with one skeleton
 * are read as one: `send_email`, `sendEmail`, `ѕend-emаil` with two Cyrillic letters, `send_emai1`.
 */
export function skeletonOf(name: string): string {
  let skeleton = plainLetters(name).replaceAll(/[^\p{L}\p{N}|!]/gu, '')
  for (const [alike, letter] of ALIKE) skeleton = skeleton.replaceAll(alike, letter)
  return skeleton
}

/** The same name in plain letters: separators stay, and so does what ASCII itself draws alike. */
export function plainLetters(name: string): string {
  const seen = name
    .normalize('NFKC')
    .normalize('NFD')
    .replaceAll(/[\p{M}\p{C}]/gu, '')
  return [...seen.toLowerCase()].map((letter) => LOOKS_LIKE[letter] ?? letter).join('')
}

/** The name as somebody reads it who overlooks case and separators. */
export function foldedName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.\-/]/gu, '')
}

/** Is the name drawn with letters, or with unseen ones, that only serve to look like others? */
export function isDisguised(name: string): boolean {
  return plainLetters(name) !== name.toLowerCase()
}
