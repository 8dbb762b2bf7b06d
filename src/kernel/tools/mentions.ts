import { type CatalogueTool, NAME_LIMIT, type ToolCatalogue } from './tool-catalogue.ts'

/** Where a text speaks of something that is not the tool itself. */
export interface Mention {
  /** UTF-16 offsets into the text: from, and up to. */
  readonly span: readonly [number, number]
  readonly words: string
  /** Tools that it may be about; none where it is about a server. */
  readonly tools: readonly CatalogueTool[]
  readonly server?: string
}

/** A word, with what may stand within a name, and what is not seen. */
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}\p{M}\p{Cf}_.\-/:]*/gu
/** Marks around a name that say that it is one. */
const QUOTED_BEFORE = /[`'"“”‘’«<[({]\s*$/u
const TOOL_BEFORE = /\b(?:tools?|functions?|calls?|calling|invok(?:e|es|ing))\s+[`'"“‘«<]?$/iu
const TOOL_AFTER = /^\s*[`'"”’»>)]?\s*(?:tools?|functions?|mcp|\(\))/iu
const SERVER_AFTER = /^\s*[`'"”’»>)]?(?:['’]s)?\s*(?:\w+\s+)?(?:tools?|servers?|mcp|functions?)\b/iu

/** Mentions of one text: more of them say no more. */
const MENTIONS_LIMIT = 100

interface Word {
  readonly at: number
  readonly text: string
}

/** What a text says of the tools and servers of a catalogue. */
export function mentionsIn(text: string, catalogue: ToolCatalogue): readonly Mention[] {
  const words = [...text.matchAll(WORD)].map(({ index, 0: found }) => ({
    ...{ at: index, text: found.replace(/[.\-/:]+$/u, '') },
  }))
  const mentions: Mention[] = []
  for (const [at, word] of words.entries()) {
    const mention = toolAt(text, words.slice(at, at + catalogue.wordsFrom(word.text)), catalogue)
    const found = mention ?? serverAt(text, word, catalogue)
    if (found !== undefined) mentions.push(found)
    if (mentions.length === MENTIONS_LIMIT) break
  }
  return mentions
}

/** The longest name that begins here: names of several words are written with spaces, too. */
function toolAt(
  text: string,
  words: readonly Word[],
  catalogue: ToolCatalogue,
): Mention | undefined {
  const [first] = words
  for (let count = words.length; count > 0; count--) {
    const last = words[count - 1]
    if (first === undefined || last === undefined) continue
    const span = [first.at, last.at + last.text.length] as const
    const written = text.slice(...span)
    if (written.length > NAME_LENGTH) continue
    const tools = catalogue.called(written)
    const isName = count === 1 && isTelling(written)
    if (tools.length > 0 && (isName || isNamed(text, span))) return { span, words: written, tools }
  }
  return undefined
}

/** Nobody writes `send_email` or `readFile` who does not mean a name. */
function isTelling(written: string): boolean {
  return /[\p{L}\p{N}][_.\-:][\p{L}\p{N}]|\p{Ll}\p{Lu}/u.test(written)
}

/** A word like `search` is only a name where the text says so. */
function isNamed(text: string, [from, to]: Mention['span']): boolean {
  const before = text.slice(Math.max(0, from - AROUND), from)
  const after = text.slice(to, to + AROUND)
  return QUOTED_BEFORE.test(before) || TOOL_BEFORE.test(before) || TOOL_AFTER.test(after)
}

/** Characters of a name with that of its server before it. */
const NAME_LENGTH = 2 * NAME_LIMIT
/** Characters around a word that are looked at. */
const AROUND = 40

function serverAt(text: string, word: Word, catalogue: ToolCatalogue): Mention | undefined {
  if (word.text.length > NAME_LIMIT) return undefined
  const server = catalogue.server(word.text)
  if (server === undefined) return undefined
  const to = word.at + word.text.length
  if (!SERVER_AFTER.test(text.slice(to, to + AROUND))) return undefined
  return { span: [word.at, to], words: word.text, tools: [], server }
}
