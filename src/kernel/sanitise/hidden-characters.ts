/** A stretch of text that is not what it seems, and what stands in its place. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly why: Why
  readonly shown: string
}

export type Why = 'control' | 'terminal' | 'invisible' | 'bidi' | 'tags' | 'markup' | 'injection'

/**
 * All that nobody sees and a model or a terminal reads: controls but for tabs and line ends, and
 * characters that leave no mark, such as joiners, directions, fillers, selectors of variants, tags.
 */
const HIDDEN = /(?:[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb](?<![\t\n\v\f\r]))+/gu

/** Pictures of C0 controls begin here, in their order; DEL has one of its own. */
const CONTROL_PICTURES = 0x2400
const PICTURE_OF_DEL = 0x2421
/** Characters of one stretch that are spelt out; of a longer one the number is told. */
const SPELT_OUT = 3

/**
 * Hidden characters but for those that writing needs: joiners within a word of a script that joins,
 * directions beside a script that runs the other way, a variant after what has variants.
 */
export function hiddenStretches(text: string): readonly Stretch[] {
  const found: Stretch[] = []
  for (const { 0: run, index: start } of text.matchAll(HIDDEN)) {
    const end = start + run.length
    if (isWriting(run, text, start)) continue
    const why = whyOf(run)
    found.push({ start, end, why, shown: [...run].length > SPELT_OUT ? summed(run) : spelt(run) })
  }
  return found
}

function whyOf(run: string): Why {
  if (run.includes('\u001b') || run.includes('\u009b') || run.includes('\u009d')) return 'terminal'
  if (/[\u{e0000}-\u{e0fff}]/u.test(run)) return 'tags'
  if (/[\u202a-\u202e\u2066-\u2069]/u.test(run)) return 'bidi'
  return /\p{Cc}/u.test(run) ? 'control' : 'invisible'
}

function spelt(run: string): string {
  return [...run].map(shownAs).join('')
}

/** What it says is not told: it may have been written for nobody but a model. */
function summed(run: string): string {
  const characters = [...run]
  return `${shownAs(characters[0] ?? '')}⟦and ${characters.length - 1} more⟧`
}

function shownAs(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(CONTROL_PICTURES + code)
  if (code === 0x7f) return String.fromCodePoint(PICTURE_OF_DEL)
  return `⟦U+${code.toString(16).toUpperCase().padStart(4, '0')}⟧`
}

const JOINERS = /^[\u200c\u200d]$/
const DIRECTIONS = /^[\u061c\u200e\u200f]$/
/** What may stand after which: the variants that Unicode defines, and no others. */
const VARIANTS: readonly [after: RegExp, variant: RegExp][] = [
  [/\p{Emoji}$/u, /^[\ufe0e\ufe0f]\u200d?$/],
  [/\p{Script=Han}$/u, /^[\ufe00-\ufe02\u{e0100}-\u{e01ef}]$/u],
  [/\p{Script=Mongolian}$/u, /^[\u180b-\u180d\u180f]$/],
  [/\p{Sm}$/u, /^\ufe00$/],
]
const JOINING =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Mongolian}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Syriac}\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u
/** The tags that make the flag of a part of a country, after a black flag. */
const FLAG = /^[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{2,6}\u{e007f}$/u

function isWriting(run: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 2), start)
  const after = text.slice(start + run.length, start + run.length + 2)
  if (run === '\ufeff') return start === 0
  if (run === '\u00ad') return /\p{L}$/u.test(before) && /^\p{L}/u.test(after)
  if (JOINERS.test(run)) return JOINING.test(before)
  if (DIRECTIONS.test(run)) return RIGHT_TO_LEFT.test(before) || RIGHT_TO_LEFT.test(after)
  if (VARIANTS.some(([base, variant]) => variant.test(run) && base.test(before))) return true
  return before.endsWith('\u{1f3f4}') && FLAG.test(run)
}
