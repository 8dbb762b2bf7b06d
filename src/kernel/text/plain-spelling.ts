/**
 * Scripts whose letters look like those of another one of these. Two of them within one word is how
 * a name passes for another: `pаypal` with a Cyrillic a (Unicode UTS 39 section 5.1).
 */
const CONFUSABLE = [
  /\p{Script=Latin}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]

/** Controls, format characters, private and unassigned ones, lone surrogates, odd white space. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

/**
 * Is this the one spelling of a name, and one that people can read? It is in Unicode normal form
 * KC, which full-width letters and ligatures are not, holds nothing that is not seen, and mixes no
 * scripts that look alike. What is not plain is refused, never respelt: a name says what is meant.
 */
export function isPlainSpelling(text: string): boolean {
  if (ASCII.test(text)) return true
  if (!text.isWellFormed() || UNSEEN.test(text) || text.normalize('NFKC') !== text) return false
  return !(text.match(WORDS) ?? []).some(isMixed)
}

const WORDS = /[\p{L}\p{M}]+/gu

function isMixed(word: string): boolean {
  return CONFUSABLE.filter((script) => script.test(word)).length > 1
}

const ASCII = /^[ -~]*$/u
