import { firstMatches } from './first-matches.ts'
import { foldText } from './folded-text.ts'
import { type CatalogueEntry, EVIDENCE_CHARS, type Finding } from './review.ts'
import { type Sentence, sentencesOf } from './sentences.ts'
import type { TextMember } from './text-members.ts'

/** Names that a text may use or must not give orders about, to be looked up word by word. */
export interface Neighbours {
  /** Tools of the same server. */
  readonly own: ReadonlySet<string>
  readonly tools: ReadonlySet<string>
  readonly servers: ReadonlySet<string>
}

/** A catalogue is looked through once for each server, not once for each of its tools. */
const known = new WeakMap<readonly CatalogueEntry[], Map<string, Neighbours>>()

export function neighboursOf(server: string, catalogue: readonly CatalogueEntry[]): Neighbours {
  const ofCatalogue = known.get(catalogue) ?? new Map<string, Neighbours>()
  known.set(catalogue, ofCatalogue)
  const found = ofCatalogue.get(server) ?? neighboursIn(catalogue, server)
  ofCatalogue.set(server, found)
  return found
}

function neighboursIn(catalogue: readonly CatalogueEntry[], self: string): Neighbours {
  const own = new Set<string>()
  const tools = new Set<string>()
  const servers = new Set<string>()
  for (const { server, tool } of catalogue) {
    if (server === self) own.add(tool.toLowerCase())
    else {
      if (isTelling(tool)) tools.add(tool.toLowerCase())
      if (server.length > 3) servers.add(server.toLowerCase())
    }
  }
  for (const name of own) tools.delete(name)
  return { own, tools, servers }
}

/** A name of one common word (`search`) says nothing when it stands in a text. */
function isTelling(name: string): boolean {
  return name.length > 3 && /[_.-]|\d|[a-z][A-Z]/.test(name)
}

const NAME = /[a-z][a-z0-9]{0,40}(?:[_.-][a-z0-9]{1,40}){0,8}/g

/** Words that make a mention an order, or a claim on the other tool's behaviour. */
const ORDERING =
  /\b(?:must|always|never|before|after|instead|whenever|when|every|first|also|required|do not|don't|should|ensure|each time|prior|deprecated|replaces?|override|insecure|only)\b/

/** Tools of this name are spoken of although no catalogue names them. */
const CALLED =
  /(?:\b(?:before|after|when(?:ever)?|instead of|prior to|each time|every time)\b[^.\n]{0,60}|\b(?:must|always|also|first|then|never)\b[^.\n]{0,20}\b(?:call|invoke|use|run|execute)\b[^.\n]{0,20})\b(?:the )?[`'"]?((?!(?:this|that|the|other|any|every|each|a|an|mcp)\b)[a-z][a-z0-9]{1,30}(?:_[a-z0-9]{1,30}){1,6})[`'"]?(?: tool| function)?\b/g

/** Orders about tools of other servers. */
export function scanCatalogue(member: TextMember, neighbours: Neighbours): readonly Finding[] {
  const { where, text } = member
  const folded = foldText(text)
  if (!ORDERING.test(folded.text)) return []
  return sentencesOf(folded.text).flatMap((sentence) => {
    const named = namedIn(folded.text, sentence, neighbours)
    const said = folded.text.slice(sentence.start, sentence.end)
    if (named === undefined || !ORDERING.test(said)) return []
    const span = [folded.at(sentence.start), folded.at(sentence.end)] as const
    const evidence = text
      .slice(...span)
      .trim()
      .slice(0, EVIDENCE_CHARS)
    const message = `gives orders about \`${named}\`, which another server offers`
    return [
      {
        rule: 'foreign-tool-order',
        kind: 'malice',
        severity: 'critical',
        where,
        span,
        evidence,
        message,
      },
    ]
  })
}

function namedIn(text: string, { start, end }: Sentence, { tools, servers }: Neighbours) {
  for (const [name] of text.slice(start, end).matchAll(NAME)) {
    if (tools.has(name)) return name
    const [server = '', ...rest] = name.split('.')
    if (rest.length > 0 && servers.has(server)) return name
  }
  return undefined
}

/** Orders about tools that are neither this one nor, as far as is known, its server's. */
export function scanForeignNames(
  member: TextMember,
  isOwn: (name: string) => boolean,
): readonly Finding[] {
  const { where, text } = member
  const folded = foldText(text)
  return firstMatches(folded.text, CALLED, 32)
    .flatMap((match): Finding[] => {
      const name = match[1] ?? ''
      if (isOwn(name)) return []
      const span = [folded.at(match.index), folded.at(match.index + match[0].length)] as const
      const evidence = text.slice(...span).slice(0, EVIDENCE_CHARS)
      const message = `tells when \`${name}\` is to be used, which is another tool`
      return [
        {
          rule: 'unknown-tool-order',
          kind: 'malice',
          severity: 'info',
          where,
          span,
          evidence,
          message,
        },
      ]
    })
    .slice(0, 1)
}
