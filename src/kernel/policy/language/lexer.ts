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

const TOKEN = new RegExp(
  [
    String.raw`(?<space>[ \t\r\n]+)`,
    String.raw`(?<comment>#[^\n]*|//[^\n]*)`,
    String.raw`(?<block>/\*)`,
    String.raw`(?<number>\d+(?:\.\d+)?\w*)`,
    String.raw`(?<name>[A-Za-z_]\w*)`,
    '(?<string>")',
    String.raw`(?<mark>&&|\|\||==|!=|<=|>=|\.\.\.|[-+*!<>=(){}\[\],:.|@?])`,
  ].join('|'),
  'y',
)
const NUMBER = /^(\d+(?:\.\d+)?)(\w*)$/
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
    const { token, next } = read(text, at, diagnostics)
    if (token !== undefined) tokens.push(token)
    at = next
  }
  return [...tokens, end]
}

interface Reading {
  readonly token?: Token
  readonly next: number
}

function read(text: string, start: number, diagnostics: Diagnostics): Reading {
  TOKEN.lastIndex = start
  const groups = TOKEN.exec(text)?.groups
  if (groups === undefined) return unexpected(text, start, diagnostics)
  const end = TOKEN.lastIndex
  if (groups.string !== undefined) return readString(text, start, diagnostics)
  if (groups.block !== undefined) return skipBlock(text, start, diagnostics)
  if (groups.number !== undefined)
    return { token: numberOf(groups.number, { start, end }, diagnostics), next: end }
  if (groups.name !== undefined)
    return { token: { kind: 'name', text: groups.name, start, end }, next: end }
  if (groups.mark !== undefined)
    return { token: { kind: 'mark', text: groups.mark, start, end }, next: end }
  return { next: end }
}

function unexpected(text: string, start: number, diagnostics: Diagnostics): Reading {
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
  const at = { start, end: start + character.length }
  // Hidden characters have been reported already, with a better message.
  if (character.search(HIDDEN) === -1)
    diagnostics.error({
      at,
      message: `unexpected \`${character}\``,
      hint: HINTS.get(character) ?? 'names and marks are ASCII; anything else stands in a string',
    })
  return { next: at.end }
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ["'", 'strings stand in double quotes: "…"'],
  ['&', 'write `&&`'],
  ['“', 'strings stand in straight double quotes: "…"'],
  ['”', 'strings stand in straight double quotes: "…"'],
])

function skipBlock(text: string, start: number, diagnostics: Diagnostics): Reading {
  const close = text.indexOf('*/', start + 2)
  if (close !== -1) return { next: close + 2 }
  const at = { start, end: start + 2 }
  diagnostics.error({ at, message: 'comment never ends', hint: 'close it with `*/`' })
  return { next: text.length }
}

function numberOf(text: string, at: Span, diagnostics: Diagnostics): Token {
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
  return { kind: 'number', text, value, ...at }
}

function readString(text: string, start: number, diagnostics: Diagnostics): Reading {
  STRING.lastIndex = start
  const raw = STRING.exec(text)?.[0]
  if (raw === undefined) {
    const newline = text.indexOf('\n', start)
    const next = newline === -1 ? text.length : newline
    diagnostics.error({
      ...{ at: { start, end: next }, message: 'string never ends on its line' },
      hint: 'close it with `"`; a new line in it is written `\\n`',
    })
    return { next }
  }
  const at = { start, end: start + raw.length }
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
  return { token: { kind: 'string', text: raw, value, ...at }, next: at.end }
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
  for (const [index, start] of lines.entries()) {
    const end = lines[index + 1] ?? text.length
    if (end - start <= MAX_LINE_LENGTH + 1) continue
    const message = `line is longer than ${MAX_LINE_LENGTH} characters`
    diagnostics.error({ at: { start, end: start }, message, hint: 'break it' })
    found = true
  }
  return found
}
