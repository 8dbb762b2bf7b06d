import { firstMatches } from './first-matches.ts'
import { hiddenMessages } from './hidden-text.ts'

/** A text that another one holds in an encoding. */
export interface Decoded {
  readonly by: string
  readonly text: string
  readonly span: readonly [start: number, end: number]
  /** Whether it is another reading of all the text, which leaves nothing further to decode. */
  readonly isWhole: boolean
}

/** Encoded texts within encoded texts are followed this deep. */
export const MAX_DECODE_DEPTH = 3

/** Of each encoding, as many payloads of one text are read, each up to so many characters. */
const MAX_PAYLOADS = 32
const MAX_PAYLOAD_CHARS = 20_000

/** Texts up to this length are also read as a whole in other ways: ROT13, backwards. */
const MAX_WHOLE_CHARS = 8_000

/** Every text that `text` holds in an encoding that a model is known to read. */
export function decodePayloads(text: string): readonly Decoded[] {
  const parts = PARTS.flatMap(({ by, pattern, decode }) =>
    firstMatches(text, pattern, MAX_PAYLOADS).flatMap((match) => {
      const said = decode(match[0].slice(0, MAX_PAYLOAD_CHARS))
      const span = [match.index, match.index + match[0].length] as const
      return said === undefined || !isText(said) ? [] : [{ by, text: said, span, isWhole: false }]
    }),
  )
  const whole = [0, text.length] as const
  const hidden = hiddenMessages(text).map((said) => ({
    by: 'hidden',
    text: said,
    span: whole,
    isWhole: false,
  }))
  return [...parts, ...hidden, ...(text.length <= MAX_WHOLE_CHARS ? wholeTexts(text) : [])]
}

interface Encoding {
  readonly by: string
  readonly pattern: RegExp
  readonly decode: (payload: string) => string | undefined
}

const PARTS: readonly Encoding[] = [
  { by: 'base64', pattern: /[A-Za-z0-9+/_-]{20,20000}={0,2}/g, decode: decodeBase64 },
  { by: 'hex', pattern: /(?:[0-9a-f]{2}){12,10000}/gi, decode: decodeHex },
  {
    by: 'hex',
    pattern:
      /(?:(?:\\x|0x|%)[0-9a-f]{2}[,\s]{0,2}|\b[0-9a-f]{2}[,:\s]{1,2}){10,4000}(?:\b[0-9a-f]{2}\b)?/gi,
    decode: (payload) => decodeHex(payload.replaceAll(/\\x|0x|[^0-9a-f]/gi, '')),
  },
  {
    by: 'escapes',
    pattern: /(?:\\u(?:[0-9a-f]{4}|\{[0-9a-f]{1,6}\})){4,2000}/gi,
    decode: (payload) => fromPoints(payload.matchAll(/[0-9a-f]{1,6}/gi), 16),
  },
  {
    by: 'decimal',
    pattern: /(?:\b(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])\b[,\s]{1,3}){12,2000}\d{2,3}/g,
    decode: (payload) => fromPoints(payload.matchAll(/\d{2,3}/g), 10),
  },
  {
    by: 'binary',
    pattern: /(?:\b[01]{8}\b\s{0,2}){8,2000}/g,
    decode: (payload) => fromPoints(payload.matchAll(/[01]{8}/g), 2),
  },
  {
    by: 'spelling-out',
    pattern: /(?:\b\w[ ._*-]{1,3}){9,2000}\w\b/g,
    decode: joinSpelling,
  },
]

/** The whole text read in ways that leave no mark to find a part by. */
function wholeTexts(text: string): readonly Decoded[] {
  const span = [0, text.length] as const
  return [
    { by: 'rot13', text: rot13(text), span },
    { by: 'backwards', text: Array.from(text).reverse().join(''), span },
    { by: 'leet', text: unleet(text), span },
    { by: 'percent', text: text.replaceAll(PERCENT_RUN, decodePercent), span },
    { by: 'entities', text: decodeEntities(text), span },
  ]
    .filter(({ text: other }) => commonWords(other) > commonWords(text) + 2)
    .map((reading) => ({ ...reading, isWhole: true }))
}

/** Words of which no order to a model has none: how many more of them a reading has tells it. */
function commonWords(text: string): number {
  const words =
    /\b(?:the|you|your|and|all|this|that|to|of|in|is|it|not|user|file|tool|must|before|read|send|ignore|instructions?|previous|with|for|from)\b/gi
  return text.match(words)?.length ?? 0
}

function decodeBase64(payload: string): string | undefined {
  const plain = payload.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')
  if (plain.length % 4 === 1) return undefined
  const bytes = Uint8Array.from(atob(plain), (character) => character.charCodeAt(0))
  return utf8(bytes)
}

function decodeHex(payload: string): string | undefined {
  const pairs = payload.match(/[0-9a-f]{2}/gi) ?? []
  return utf8(Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)))
}

const PERCENT_RUN = /(?:%[0-9a-f]{2}){1,400}/gi

function decodePercent(run: string): string {
  return decodeHex(run) ?? run
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ' }

function decodeEntities(payload: string): string {
  return payload.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (all, name: string) => {
    if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? all
    const isHex = name[1] === 'x' || name[1] === 'X'
    return character(Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10))
  })
}

function fromPoints(matches: Iterable<RegExpExecArray>, base: number): string {
  return Array.from(matches, (match) => character(Number.parseInt(match[0], base))).join('')
}

function character(point: number): string {
  return point <= 0x10ffff ? String.fromCodePoint(point) : ''
}

/** `i g n o r e  a l l` as words: a single gap joins, a wider one parts. */
function joinSpelling(payload: string): string {
  return payload.replaceAll(/(?<=\w)[ ._*-](?=\w)/g, '').replaceAll(/[ ._*-]{2,3}/g, ' ')
}

export function rot13(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Digits within words read as the letters they look like. */
function unleet(text: string): string {
  return text.replaceAll(
    /(?<=[a-z])[013457@$!]|[013457@$](?=[a-z])/gi,
    (sign) => LEET[sign] ?? sign,
  )
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** Whether it reads as text: letters and gaps for the most part, and more than a word. */
function isText(said: string): boolean {
  const sample = said.slice(0, 400)
  const readable = sample.match(/[\p{L}\p{N}\s.,;:'"!?/~_-]/gu)?.length ?? 0
  return sample.length >= 8 && readable >= sample.length * 0.85 && /\p{L}{3}/u.test(sample)
}
