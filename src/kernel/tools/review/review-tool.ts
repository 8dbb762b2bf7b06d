import type { JsonObject } from '../../json/value.ts'
import { neighboursOf, scanCatalogue, scanForeignNames } from './catalogue-rules.ts'
import { type Classifier, judgedTexts, scorePassages } from './classifier.ts'
import { decodePayloads, MAX_DECODE_DEPTH } from './decode-payloads.ts'
import { scanHiddenText } from './hidden-text.ts'
import { scanMarkup } from './markup-rules.ts'
import { type CatalogueEntry, EVIDENCE_CHARS, type Finding, type Review } from './review.ts'
import { scanLanguage } from './scan-language.ts'
import { scanSecrets } from './secret-rules.ts'
import { scanShape } from './shape-rules.ts'
import { PLAIN_WORD, type TextMember, textMembers } from './text-members.ts'
import { gravestFirst, weigh } from './weigh.ts'

export interface ReviewContext {
  readonly server: string
  /** All tools known, of this server too. */
  readonly catalogue: readonly CatalogueEntry[]
  /** Weights of the classifier; without them a review has no score. */
  readonly classifier?: Classifier
}

/**
 * Reviews one tool as its server declares it, with anything else of the definition that a model
 * reads (server instructions may be put in as a member). Pure, never throws on any JSON, and
 * bounded: text over the bounds of `text-members.ts` is told as a finding.
 */
export function reviewTool(definition: JsonObject, context: ReviewContext): Review {
  const { members, cut } = textMembers(definition)
  const name = typeof definition.name === 'string' ? definition.name : ''
  const neighbours = neighboursOf(context.server, context.catalogue)
  const own = ownNames(members, name)
  const found = members
    .filter(({ text }) => !PLAIN_WORD.test(text))
    .flatMap((member) => [
      ...scanText(member, 0),
      ...scanSecrets(member),
      ...scanCatalogue(member, neighbours),
      ...scanForeignNames(member, (it) => own.has(it) || neighbours.own.has(it)),
    ])
  const findings = [...found, ...scanShape(definition), ...(cut ? [tooLarge()] : [])]
  const { classifier } = context
  const score = classifier && scorePassages(judgedTexts(members), classifier)
  const flagged = classifier !== undefined && score !== undefined && score >= classifier.threshold
  const weighed = weigh(findings, flagged)
  return { findings: gravestFirst(findings), ...weighed, ...(score !== undefined && { score }) }
}

/** Rules about marks, which another reading of a whole text brings about by chance. */
const WEAK_WHOLE = new Set(['terminal-escapes', 'hidden-control-characters', 'harmful-command'])

/** Every rule about a single text, and the same for what it holds encoded. */
function scanText(member: TextMember, depth: number): readonly Finding[] {
  const plain = [...scanHiddenText(member), ...scanLanguage(member), ...scanMarkup(member)]
  if (depth >= MAX_DECODE_DEPTH || member.text.length < 8) return plain
  const known = new Set(plain.map(({ rule }) => rule))
  const encoded = decodePayloads(member.text).flatMap(({ by, text, span, isWhole }): Finding[] => {
    const inner = scanText({ ...member, text }, isWhole ? MAX_DECODE_DEPTH : depth + 1)
    const grave = inner.find(
      ({ rule, severity }) =>
        severity === 'critical' && !(isWhole && (known.has(rule) || WEAK_WHOLE.has(rule))),
    )
    if (grave === undefined) return []
    const evidence = `${by}: ${grave.evidence}`.slice(0, EVIDENCE_CHARS)
    const message = `holds in an encoding (${by}) a text that ${grave.message}`
    const { where } = member
    return [
      {
        rule: 'encoded-instructions',
        kind: 'malice',
        severity: 'critical',
        where,
        span,
        evidence,
        message,
      },
    ]
  })
  return [...plain, ...encoded]
}

/** Names that the text may rightly use beside its server's tools: its own and its parameters. */
function ownNames(members: readonly TextMember[], name: string): ReadonlySet<string> {
  const names = members.filter(({ isName }) => isName).map(({ text }) => text)
  return new Set([name, ...names].map((it) => it.toLowerCase()))
}

function tooLarge(): Finding {
  return {
    rule: 'definition-too-large',
    kind: 'resource',
    severity: 'warning',
    where: '',
    span: [0, 0],
    evidence: '',
    message: 'is larger than a review reads: the rest was left unread',
  }
}
