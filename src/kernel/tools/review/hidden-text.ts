import { firstMatches } from './first-matches.ts'
import { EVIDENCE_CHARS, type Finding, type Severity } from './review.ts'
import type { TextMember } from './text-members.ts'

/** A kind of character that a person does not see and a model reads. */
interface HiddenKind {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly pattern: RegExp
  /** Fewer characters than these may be an accident of copying: then the severity is `warning`. */
  readonly accident?: number
  /** What a run of it says, where it says anything. */
  readonly decode?: (run: string) => string
}

/** Runs longer than this are cut: one run tells enough. */
const KINDS: readonly HiddenKind[] = [
  {
    rule: 'hidden-tag-characters',
    severity: 'critical',
    message: 'holds tag characters, which spell a text that nobody sees',
    // A black flag begins an emoji of a region and may be followed by tags (UTS 51).
    pattern: /(?<!\u{1f3f4}[\u{e0000}-\u{e007f}]{0,8})[\u{e0000}-\u{e007f}]{1,4096}/gu,
    decode: (run) => decodeWith(run, (point) => point - 0xe0000),
  },
  {
    rule: 'hidden-variation-selectors',
    severity: 'critical',
    message: 'holds a run of variation selectors, which can carry bytes that nobody sees',
    pattern: /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{3,4096}/gu,
    decode: (run) =>
      decodeWith(run, (point) => (point >= 0xe0100 ? point - 0xe0100 + 16 : point - 0xfe00)),
  },
  {
    rule: 'hidden-direction-controls',
    severity: 'critical',
    message: 'changes the direction of writing, so that it reads otherwise than it looks',
    pattern: /[\u202a-\u202e\u2066-\u2069]{1,64}/gu,
  },
  {
    rule: 'hidden-zero-width',
    severity: 'critical',
    message: 'hides characters without width in its text',
    // Joiners and marks belong to some scripts and emoji; within Latin text they only hide.
    pattern:
      /(?<=^|[\0-\u024f])[\u200b-\u200f\u2060-\u2064\u206a-\u206f\u00ad\u180e]{1,4096}(?=$|[\0-\u024f])|[\u200b-\u200d\u2060-\u2064\ufeff]{4,4096}|\ufeff/gsu,
    accident: 3,
    decode: decodeBits,
  },
  {
    rule: 'hidden-control-characters',
    severity: 'critical',
    message: 'holds control characters, which a terminal obeys',
    accident: 3,
    pattern: /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]{1,64}/gu,
  },
  {
    rule: 'private-use-characters',
    severity: 'warning',
    message: 'holds characters that mean nothing to a reader',
    pattern: /[\ue000-\uf8ff\u{f0000}-\u{10ffff}]{1,4096}/gu,
  },
]

/** Hidden characters in one text, with what they say. */
export function scanHiddenText({ where, text }: TextMember): readonly Finding[] {
  return KINDS.flatMap(({ rule, message, pattern, decode, ...kind }) => {
    const runs = firstMatches(text, pattern, MAX_RUNS)
    const [first] = runs
    if (first === undefined) return []
    const hidden = runs.map((match) => match[0]).join('')
    const severity = hidden.length < (kind.accident ?? 0) ? 'warning' : kind.severity
    const said = decode?.(hidden) ?? ''
    const shown = said === '' ? spelt(first[0]) : `${spelt(first[0].slice(0, 8))} says: ${said}`
    const span: [number, number] = [first.index, first.index + first[0].length]
    const evidence = shown.slice(0, EVIDENCE_CHARS)
    return [{ rule, kind: 'malice' as const, severity, where, span, evidence, message }]
  })
}

/** What hidden characters of `text` say, to be read like any other text. */
export function hiddenMessages(text: string): readonly string[] {
  return KINDS.flatMap(({ pattern, decode }) => {
    if (decode === undefined) return []
    const said = decode(
      firstMatches(text, pattern, MAX_RUNS)
        .map((match) => match[0])
        .join(''),
    )
    return said === '' ? [] : [said]
  })
}

/** As many runs as a hidden text is ever split into by an attack worth the trouble. */
const MAX_RUNS = 4_096

function decodeWith(run: string, byteOf: (point: number) => number): string {
  return readable(Array.from(run, (character) => byteOf(character.codePointAt(0) ?? 0)))
}

/** Two kinds of zero-width characters as bits, the commonest way to write with them. */
function decodeBits(run: string): string {
  const [zero] = run
  const bits = Array.from(run, (character) => (character === zero ? 0 : 1))
  const bytes = Array.from({ length: Math.floor(bits.length / 8) }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce<number>((byte, bit) => byte * 2 + bit, 0),
  )
  return readable(bytes) || readable(bytes.map((byte) => 255 - byte))
}

/** The bytes as text, or nothing where they are none. */
function readable(bytes: readonly number[]): string {
  const printable = bytes.filter((byte) => byte >= 0x20 && byte < 0x7f)
  if (printable.length < 3 || printable.length < bytes.length * 0.8) return ''
  return String.fromCharCode(...printable.slice(0, 4_096))
}

function spelt(run: string): string {
  return Array.from(run.slice(0, 48), (character) => {
    const point = character.codePointAt(0) ?? 0
    return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
  }).join(' ')
}
