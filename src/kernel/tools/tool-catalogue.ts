import type { JsonObject } from '../json/value.ts'
import { foldedName, plainLetters, skeletonOf } from './name-skeleton.ts'

/** A tool of one of the servers that an agent may reach. */
export interface CatalogueTool {
  readonly server: string
  readonly tool: string
  readonly definition: JsonObject
}

/** Characters of a name that is compared with others: MCP asks for no longer one. */
export const NAME_LIMIT = 128
/** Words of a name that a text is searched for in spaced letters: `read file`. */
const SPACED_WORDS_LIMIT = 8
/** Letters that a word has to have for a misspelling of it to be told from another word. */
const TELLING_LETTERS = 5
/** Letters of the name of a server that a text can be said to speak of. */
const SERVER_LETTERS = 4

/** All tools that there are, found by how their names are read. */
export class ToolCatalogue {
  readonly #bySkeleton = new Map<string, CatalogueTool[]>()
  readonly #byMisspelling = new Map<string, CatalogueTool[]>()
  readonly #byMention = new Map<string, CatalogueTool[]>()
  readonly #servers = new Map<string, string>()
  /** Most words that a name has which begins with a word. */
  readonly #lengths = new Map<string, number>()

  constructor(tools: Iterable<CatalogueTool>) {
    for (const tool of tools) if (tool.tool.length <= NAME_LIMIT) this.#add(tool)
  }

  /** Tools whose names are read as this one is. */
  alike(name: string): readonly CatalogueTool[] {
    return name.length > NAME_LIMIT ? [] : (this.#bySkeleton.get(skeletonOf(name)) ?? [])
  }

  /** Tools whose names are this one but for a slip in one of its words. */
  misspelt(name: string): readonly CatalogueTool[] {
    if (name.length > NAME_LIMIT) return []
    const own = wordsOf(name).join(' ')
    const found = misspellingsOf(name).flatMap((key) => this.#byMisspelling.get(key) ?? [])
    return [...new Set(found)].filter((each) => isSlip(own, wordsOf(each.tool).join(' ')))
  }

  /** Tools that are called so in a text: by their own name, or with that of their server. */
  called(words: string): readonly CatalogueTool[] {
    return this.#byMention.get(foldedName(plainLetters(words))) ?? []
  }

  /** The server that has this name. */
  server(name: string): string | undefined {
    return this.#servers.get(foldedName(plainLetters(name)))
  }

  /** How many words of a text may be one name that begins with this word. */
  wordsFrom(first: string): number {
    return this.#lengths.get(foldedName(plainLetters(first))) ?? 1
  }

  #add(tool: CatalogueTool): void {
    put(this.#bySkeleton, skeletonOf(tool.tool), tool)
    for (const key of misspellingsOf(tool.tool)) put(this.#byMisspelling, key, tool)
    const own = foldedName(plainLetters(tool.tool))
    const server = foldedName(plainLetters(tool.server))
    put(this.#byMention, own, tool)
    // `desk.search`, and as clients write it: `mcp__desk__search`.
    for (const prefix of [server, `mcp${server}`]) put(this.#byMention, `${prefix}${own}`, tool)
    if (server.length >= SERVER_LETTERS) this.#servers.set(server, tool.server)
    const [first = '', ...more] = wordsOf(tool.tool)
    const words = Math.min(1 + more.length, SPACED_WORDS_LIMIT)
    this.#lengths.set(first, Math.max(words, this.#lengths.get(first) ?? 1))
  }
}

function put(index: Map<string, CatalogueTool[]>, key: string, tool: CatalogueTool): void {
  const there = index.get(key)
  if (there === undefined) index.set(key, [tool])
  else if (there.at(-1) !== tool) there.push(tool)
}

/** The words of a name: `send_email`, `sendEmail` and `Send-Email` have the same two. */
export function wordsOf(name: string): readonly string[] {
  const parted = name.replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
  return plainLetters(parted)
    .split(/[\s_.\-/]+/u)
    .filter((word) => word !== '')
}

/**
 * The name with one of its longer words as it is, and short of one letter. Names that differ in one
 * slip of the pen (a letter replaced, left out, put in, or two exchanged) have one in common.
 */
function misspellingsOf(name: string): readonly string[] {
  const words = wordsOf(name)
  return words.flatMap((word, index) => {
    if (word.length < TELLING_LETTERS) return []
    const rest = (spelt: string) => words.with(index, spelt).join(' ')
    const short = [...word].map((_, at) => rest(`${word.slice(0, at)}${word.slice(at + 1)}`))
    return [rest(word), ...short]
  })
}

/** One slip, and not one that makes another word: a plural, another number. */
function isSlip(a: string, b: string): boolean {
  if (a === b) return false
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  let start = 0
  while (start < shorter.length && shorter[start] === longer[start]) start++
  let end = 0
  const left = shorter.length - start
  while (end < left && shorter.at(-1 - end) === longer.at(-1 - end)) end++
  const [from, to] = [shorter, longer].map((text) => text.slice(start, text.length - end))
  if (from === undefined || to === undefined || /\d/u.test(`${from}${to}`)) return false
  if (from === '' && to === 's') return !/^(?: |$)/u.test(longer.slice(start + 1))
  const exchanged = from.length === 2 && to.length === 2 && from[0] === to[1] && from[1] === to[0]
  return exchanged || (from.length <= 1 && to.length === 1)
}
