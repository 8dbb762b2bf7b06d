import { MAX_FILE_LENGTH, MAX_LINE_LENGTH, MAX_STRING_LENGTH } from './bounds.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { Source, Span } from './source.ts'

export type Token = Span &
  (
    | { readonly kind: 'name' | 'mark'; readonly text: string }
    | { readonly kind: 'string'; readonly text: string; readonly value: string }
    | { readonly kind: 'number'; readonly text: string; readonly value: number }
    | { readonly kind: 'end'; readonly text: '' }
  )

/** Durations count milliseconds, sizes bytes: `KB` is 1000, `KiB` is 1024. */
export const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
])

const LINE_COMMENT = /[^\n]*/y
const DIGITS = /\d+(?:\.\d+)?\w*/y
const MARK = /&&|\|\||==|!=|<=|>=|\.\.\.|[-+*!<>=(){}[\],:.|@?]/y
const SHORT_NUMBER = /^\d{1,15}$/
const NUMBER = /^(\d+(?:\.\d+)?)(\w*)$/
/** Printable ASCII without an escape: it says what it is, in normal form. */
const SIMPLE_STRING = /^"[ !#-[\]-~]*"$/
const STRING = /"(?:[^"\\\n]|\\[^\n])*"/y
const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|.)/gsu
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\"', '"'],
  ['\\\\', '\\'],
  ['\\/', '/'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
])

/** What most files are without: only in such a text may something be hidden. */
const UNUSUAL = /[^\n\t -~]/
/**
 * What an editor may hide, reorder or show as a new line: with these a rule can look like a comment
 * and a comment like a rule (CVE-2021-42574).
 */
const HIDDEN = /(?![\t\n\r])\p{Cc}|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\r(?!\n)/gu

/** The tokens of a text, comments and space left out. The last one is always `end`. */
export function tokensOf(source: Source, diagnostics: Diagnostics): readonly Token[] {
  const { text } = source
  const end: Token = { kind: 'end', text: '', start: text.length, end: text.length }
  if (text.length > MAX_FILE_LENGTH) {
    const message = `file is longer than ${MAX_FILE_LENGTH} characters`
    diagnostics.error({ at: { start: 0, end: 0 }, message, hint: 'split it into several files' })
    return [end]
  }
  refuseHidden(text, diagnostics)
  if (hasLongLines(source, diagnostics)) return [end]
  const tokens: Token[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const found = read(text, at, diagnostics)
    if (typeof found === 'number') at = found
    else {
      tokens.push(found)
      at = found.end
    }
  }
  tokens.push(end)
  return tokens
}

/** A token, or where to go on when there is none. */
type Reading = Token | number

/** What begins here. The first character tells which kind it is. */
function read(text: string, start: number, diagnostics: Diagnostics): Reading {
  const code = text.charCodeAt(start)
  switch (CLASSES[code] ?? 'mark') {
    case 'space':
      return pastSpace(text, start)
    case 'name': {
      const end = pastWord(text, start)
      return { kind: 'name', text: text.slice(start, end), start, end }
    }
    case 'string':
      return readString(text, start, diagnostics)
    case 'digit': {
      const end = endOf(DIGITS, text, start)
      return numberOf(text.slice(start, end), { start, end }, diagnostics)
    }
    case 'comment':
      if (text[start] === '#' || text[start + 1] === '/') return endOf(LINE_COMMENT, text, start)
      if (text[start + 1] === '*') return skipBlock(text, start, diagnostics)
      return unexpected(text, start, diagnostics)
    default: {
      const end = endOf(MARK, text, start)
      return end > start
        ? { kind: 'mark', text: text.slice(start, end), start, end }
        : unexpected(text, start, diagnostics)
    }
  }
}

type CharacterClass = 'space' | 'name' | 'digit' | 'string' | 'comment' | 'mark'

/** By code, for the characters of ASCII. Others stand in strings and comments only. */
const CLASSES: readonly CharacterClass[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[ \t\r\n]/.test(character)) return 'space'
  if (/[A-Za-z_]/.test(character)) return 'name'
  if (/\d/.test(character)) return 'digit'
  if (character === '"') return 'string'
  return character === '#' || character === '/' ? 'comment' : 'mark'
})

/** Where a stretch that `pattern` describes ends; where it starts, when there is none. */
function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : start
}

function pastSpace(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && CLASSES[text.charCodeAt(at)] === 'space') at++
  return at
}

/** A word begins with no digit and may hold some. */
function pastWord(text: string, start: number): number {
  let at = start + 1
  for (; at < text.length; at++) {
    const found = CLASSES[text.charCodeAt(at)]
    if (found !== 'name' && found !== 'digit') break
  }
  return at
}

function unexpected(text: string, start: number, diagnostics: Diagnostics): number {
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
  const at = { start, end: start + character.length }
  // Hidden characters have been reported already, with a better message.
  if (character.search(HIDDEN) === -1)
    diagnostics.error({
      at,
      message: `unexpected \`${character}\``,
      hint: HINTS.get(character) ?? 'names and marks are ASCII; anything else stands in a string',
    })
  return at.end
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ["'", 'strings stand in double quotes: "…"'],
  ['&', 'write `&&`'],
  ['“', 'strings stand in straight double quotes: "…"'],
  ['”', 'strings stand in straight double quotes: "…"'],
])

function skipBlock(text: string, start: number, diagnostics: Diagnostics): number {
  const close = text.indexOf('*/', start + 2)
  if (close !== -1) return close + 2
  const at = { start, end: start + 2 }
  diagnostics.error({ at, message: 'comment never ends', hint: 'close it with `*/`' })
  return text.length
}

function numberOf(text: string, at: Span, diagnostics: Diagnostics): Token {
  if (SHORT_NUMBER.test(text)) {
    return { kind: 'number', text, value: Number(text), start: at.start, end: at.end }
  }
  const [, digits = '', unit = ''] = NUMBER.exec(text) ?? []
  const factor = unit === '' ? 1 : UNITS.get(unit)
  if (factor === undefined) {
    const hint = `units are ${[...UNITS.keys()].join(', ')}`
    diagnostics.error({ at, message: `unknown unit \`${unit}\``, hint })
  }
  const value = Number(digits) * (factor ?? 1)
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    diagnostics.error({
      ...{ at, message: `number \`${text}\` is too large to be exact` },
      hint: 'numbers go up to 2⁵³ − 1',
    })
  return { kind: 'number', text, value, start: at.start, end: at.end }
}

function readString(text: string, start: number, diagnostics: Diagnostics): Reading {
  const end = endOf(STRING, text, start)
  if (end === start) {
    const newline = text.indexOf('\n', start)
    const next = newline === -1 ? text.length : newline
    diagnostics.error({
      ...{ at: { start, end: next }, message: 'string never ends on its line' },
      hint: 'close it with `"`; a new line in it is written `\\n`',
    })
    return next
  }
  const raw = text.slice(start, end)
  const at = { start, end }
  if (SIMPLE_STRING.test(raw) && raw.length <= MAX_STRING_LENGTH)
    return { kind: 'string', text: raw, value: raw.slice(1, -1), start, end }
  // Requests are compared in normal form C, so a string in another form would never be equal.
  const value = plainText(raw.slice(1, -1), start + 1, diagnostics).normalize('NFC')
  if (/\p{Cs}/u.test(value))
    diagnostics.error({
      ...{ at, message: 'string holds half of a surrogate pair' },
      hint: 'write both halves, as `\\uD83D\\uDE00`, or the character itself',
    })
  if (value.length > MAX_STRING_LENGTH)
    diagnostics.error({
      ...{ at, message: `string is longer than ${MAX_STRING_LENGTH} characters` },
      hint: 'compare a part of it: `like "beginning*"`',
    })
  return { kind: 'string', text: raw, value, start, end }
}

function plainText(text: string, offset: number, diagnostics: Diagnostics): string {
  return text.replaceAll(ESCAPE, (sequence: string, index: number) => {
    const plain = ESCAPES.get(sequence)
    if (plain !== undefined) return plain
    if (sequence.length === 6) return String.fromCharCode(Number.parseInt(sequence.slice(2), 16))
    const at = { start: offset + index, end: offset + index + sequence.length }
    const hint = String.raw`escapes are \" \\ \/ \n \r \t and \u with four hexadecimal digits`
    diagnostics.error({ at, message: `unknown escape \`${sequence}\``, hint })
    return ''
  })
}

function refuseHidden(text: string, diagnostics: Diagnostics): void {
  if (!UNUSUAL.test(text)) return
  for (const match of text.matchAll(HIDDEN)) {
    const start = match.index
    if (start === 0 && match[0] === '\uFEFF') continue
    const code = match[0].codePointAt(0) ?? 0
    const message = `hidden character U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    const hint = String.raw`remove it; in a string write it as \u and four hexadecimal digits`
    diagnostics.error({ at: { start, end: start + match[0].length }, message, hint })
  }
}

/** Lines are bounded before anything reads them: what reads a line may take it as short. */
function hasLongLines({ text, lines }: Source, diagnostics: Diagnostics): boolean {
  let found = false
  for (let index = 0; index < lines.length; index++) {
    const start = lines[index] ?? 0
    const end = lines[index + 1] ?? text.length
    if (end - start <= MAX_LINE_LENGTH + 1) continue
    const message = `line is longer than ${MAX_LINE_LENGTH} characters`
    diagnostics.error({ at: { start, end: start }, message, hint: 'break it' })
    found = true
  }
  return found
}
