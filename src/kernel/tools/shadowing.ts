import type { Severity } from './definition-parts.ts'
import { type Mention, mentionsIn } from './mentions.ts'
import { foldedName, isDisguised } from './name-skeleton.ts'
import { type DefinitionText, textsOf } from './texts.ts'
import { type CatalogueTool, type ToolCatalogue, wordsOf } from './tool-catalogue.ts'

/** A tool of one server that gets between a model and the tool of another. */
export interface Shadowing {
  readonly kind: /** It is called the same, or the same but for case and separators. */
    | 'same_name'
    /** Its name is drawn like the other's, and is another. */
    | 'look_alike'
    /** Its name is the other's with one slip. */
    | 'near_name'
    /** It says more than is looked at: what is beyond may say anything. */
    | 'too_long'
    /** It speaks of the other. */
    | 'speaks_of'
    /** It tells the model when or how to use the other, or to use none but itself. */
    | 'steers'
  readonly severity: Severity
  /** The other tool, `server.tool`, or the other server; absent where all others are meant. */
  readonly other?: string
  /** JSON pointer to the text. */
  readonly where: string
  /** UTF-16 offsets into that text. */
  readonly span: readonly [number, number]
  readonly evidence: string
  readonly message: string
}

/** Findings of one tool: enough to be looked at. */
export const SHADOWINGS_LIMIT = 100
/** Characters of all texts of a tool that are looked at. */
export const TEXTS_LIMIT = 32_768
/** Characters of a text that are quoted around what was found. */
const EVIDENCE_LENGTH = 160
/** Characters to either side in which a sentence may end. */
const SENTENCE_REACH = 400

/**
 * Where a tool gets in the way of tools of other servers. Names are judged by how they are read,
 * texts by whom they speak of: with the catalogue at hand, that needs no guessing. Tools of the
 * same server may speak of one another.
 */
export function shadowingOf(tool: CatalogueTool, catalogue: ToolCatalogue): readonly Shadowing[] {
  const all = textsOf(tool.definition).filter(({ pointer }) => pointer !== '/name')
  const { texts, tooLong } = withinLimit(all)
  return [
    ...byName(tool, catalogue),
    ...tooLong,
    ...texts.flatMap((text) => [...byMention(tool, text, catalogue), ...byOrder(text)]),
  ].slice(0, SHADOWINGS_LIMIT)
}

/** The texts that are looked at, and what is to be said of the others. */
function withinLimit(all: readonly DefinitionText[]) {
  let left = TEXTS_LIMIT
  const cut = all.findIndex(({ text }) => {
    left -= text.length
    return left < 0
  })
  const long = all[cut]
  if (long === undefined) return { texts: all, tooLong: [] }
  const { pointer, text } = long
  const looked = { pointer, text: text.slice(0, left + text.length) }
  const tooLong: Shadowing = {
    ...{ kind: 'too_long', severity: 'warning', where: pointer, span: [0, text.length] },
    ...{ evidence: text.slice(0, EVIDENCE_LENGTH), message: SAYINGS.too_long('') },
  }
  return { texts: [...all.slice(0, cut), looked], tooLong: [tooLong] }
}

function byName(tool: CatalogueTool, catalogue: ToolCatalogue): readonly Shadowing[] {
  const name = tool.tool
  const here = (kind: Shadowing['kind'], severity: Severity, other: CatalogueTool): Shadowing => ({
    ...{ kind, severity, other: nameOf(other), where: '/name', span: [0, name.length] },
    ...{ evidence: name, message: SAYINGS[kind](nameOf(other)) },
  })
  const alike = catalogue.alike(name).filter(isForeign(tool))
  const near = catalogue.misspelt(name).filter(isForeign(tool))
  return [
    ...alike.map((other) =>
      foldedName(other.tool) === foldedName(name) && !isDisguised(name)
        ? // Many servers have a `search`; two that have a `send_customer_email` are worth a look.
          here('same_name', wordsOf(name).length > 1 ? 'warning' : 'info', other)
        : here('look_alike', 'critical', other),
    ),
    ...near.filter((other) => !alike.includes(other)).map((o) => here('near_name', 'warning', o)),
  ]
}

const SAYINGS: Readonly<Record<Shadowing['kind'], (other: string) => string>> = {
  same_name: (other) => `it is called as \`${other}\` is`,
  look_alike: (other) => `its name is another than that of \`${other}\`, and drawn like it`,
  near_name: (other) => `its name is that of \`${other}\` with one slip`,
  too_long: () => 'it says more than is looked at',
  speaks_of: (other) => `it speaks of \`${other}\`, which is another server’s`,
  steers: (other) => `it tells the model what to do about \`${other}\`, which is another server’s`,
}

/** What tells a model to use one tool and not another, or to use it in another way. */
const STEERING = new RegExp(
  [
    /\b(?:instead|rather than|prefer\w*|avoid|never|always|must)\b/,
    /\b(?:do not|don['’]t|should(?:n['’]t)?)\b/,
    /\b(?:before|after|first|whenever|prior to|in place of|only when|every time|each time)\b/,
    /\b(?:replac\w+|overrid\w+|supersed\w+|deprecat\w+|broken|unsafe|insecure|outdated|disabled)\b/,
    /\b(?:ignore|bypass\w*|skip|stop using|no longer|change|modif\w+|redirect|forward|append)\b/,
    /\b(?:b?cc|recipients?|also (?:send|call|use|include|add|set|pass)|side effects?)\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'iu',
)

function byMention(
  tool: CatalogueTool,
  { pointer, text }: DefinitionText,
  catalogue: ToolCatalogue,
): readonly Shadowing[] {
  return mentionsIn(text, catalogue).flatMap((mention) => {
    const other = othersOf(tool, mention)
    if (other === undefined) return []
    const around = sentencesAround(text, mention.span)
    const kind = STEERING.test(around) ? 'steers' : 'speaks_of'
    return [
      {
        ...({ kind, severity: kind === 'steers' ? 'critical' : 'warning', other } as const),
        ...{ where: pointer, span: mention.span, evidence: around.slice(0, EVIDENCE_LENGTH) },
        message: SAYINGS[kind](other),
      },
    ]
  })
}

/** Whom a mention is about, unless it can be about the server's own. */
function othersOf(tool: CatalogueTool, { tools, server }: Mention): string | undefined {
  if (server !== undefined) return server === tool.server ? undefined : server
  const [first] = tools
  return first === undefined || !tools.every(isForeign(tool)) ? undefined : nameOf(first)
}

function isForeign({ server }: CatalogueTool): (other: CatalogueTool) => boolean {
  return (other) => other.server !== server
}

function nameOf({ server, tool }: CatalogueTool): string {
  return `${server}.${tool}`
}

/** Orders about all other tools: no name is needed to be in their way. */
const OTHERS =
  /\b(?:any|all|every|the|no)?\s{0,8}others?\s{1,8}(?:available\s+|mcp\s+)?(?:tools?|functions?)\b/giu
const ORDERS = new RegExp(
  [
    /\b(?:instead|rather than|before|prefer|priority|over|first|only)\b/,
    /\b(?:never|not|ignore|avoid|must|always)\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'iu',
)

function byOrder({ pointer, text }: DefinitionText): readonly Shadowing[] {
  return [...text.matchAll(OTHERS)].flatMap(({ index, 0: found }) => {
    const span = [index, index + found.length] as const
    const around = sentencesAround(text, span)
    if (!ORDERS.test(around)) return []
    return [
      {
        ...({ kind: 'steers', severity: 'warning', where: pointer, span } as const),
        evidence: around.slice(0, EVIDENCE_LENGTH),
        message: 'it tells the model to use it before, or in place of, all other tools',
      },
    ]
  })
}

/** The sentence that holds the span, as far as it does not go on for ever. */
function sentencesAround(text: string, [from, to]: Shadowing['span']): string {
  const least = Math.max(0, from - SENTENCE_REACH)
  let start = from
  while (start > least && !ENDS.has(text[start - 1] ?? '')) start--
  const most = Math.min(text.length, to + SENTENCE_REACH)
  let end = to
  while (end < most && !(ENDS.has(text[end] ?? '') && /^$|\s/u.test(text[end + 1] ?? ''))) end++
  return text.slice(start, end + 1).trim()
}

const ENDS: ReadonlySet<string> = new Set(['.', '!', '?', '\n'])
