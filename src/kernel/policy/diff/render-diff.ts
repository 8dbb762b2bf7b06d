import { visible } from '../../text/visible.ts'
import type { RuleRef } from '../decision.ts'
import { type Change, outcomeText } from './compare-decisions.ts'
import type { Replay, ReplayedChange } from './replay.ts'
import type { SearchResult } from './search-witnesses.ts'
import type { StructuralChange } from './structural-diff.ts'
import type { Witness } from './witnesses.ts'

/** What is more permissive than before is marked so that nobody overlooks it. */
const MARKS: Readonly<Record<Exclude<Change, 'same'>, string>> = {
  permissive: '!! opens  ',
  different: '   differs',
  restrictive: '   closes ',
}

export function renderChanges(changes: readonly StructuralChange[]): string {
  if (changes.length === 0) return 'the policies say the same, but for space and comments'
  const heading = `${count(changes.length, 'part')} differ${changes.length === 1 ? 's' : ''}`
  return [heading, ...changes.flatMap(renderChange)].join('\n')
}

function renderChange({ owner, before, after }: StructuralChange): readonly string[] {
  const place = after ?? before
  const lines = [`  ${visible(owner)}, ${visible(place?.file ?? '')}:${place?.line}`]
  if (before !== undefined) lines.push(`    - ${visible(before.text)}`)
  if (after !== undefined) lines.push(`    + ${visible(after.text)}`)
  return lines
}

export function renderSearch({ witnesses, tried, exhausted }: SearchResult): string {
  const bound = exhausted ? '' : '; a bound ended the search, and there may be more'
  const found = witnesses.length === 0 ? 'no request was found' : 'requests were found'
  const heading = `${found} that they decide differently (${tried} tried${bound})`
  return [heading, ...witnesses.flatMap(renderWitness)].join('\n')
}

function renderWitness(witness: Witness): readonly string[] {
  const { attributes } = witness
  const values = attributes.map(({ path, value }) =>
    value === undefined ? `${path} missing` : `${path} = ${JSON.stringify(value)}`,
  )
  const given = values.length === 0 ? [] : [`      ${visible(values.join(', '))}`]
  return [headline(witness), ...given, `      ${because(witness)}`]
}

export function renderReplay({ replayed, erased, changes }: Replay): string {
  const requests = count(replayed, 'recorded request')
  const whose = erased === 1 ? 'its subject was' : 'their subjects were'
  const gone = erased === 0 ? [] : [`${count(erased, 'other')} skipped: ${whose} erased`]
  const decisions = count(changes.length, 'decision')
  const verb = changes.length === 1 ? 'changes' : 'change'
  const sorted = [...changes].sort((a, b) => rank(a.change) - rank(b.change))
  return [
    `${requests} replayed: ${changes.length === 0 ? 'no decision' : decisions} ${verb}`,
    ...gone,
    ...sorted.flatMap(renderReplayed),
  ].join('\n')
}

function renderReplayed(change: ReplayedChange): readonly string[] {
  const { receipt, at, principal } = change
  const who = principal === '' ? '' : ` by ${visible(principal)}`
  const origin = `      receipt ${receipt}, ${new Date(at).toISOString()}${who}`
  return [headline(change), origin, `      ${because(change)}`]
}

function headline({
  change,
  operation,
  resource,
  before,
  after,
}: Witness | ReplayedChange): string {
  const on = resource === operation ? '' : `("${resource}")`
  const decisions = `${outcomeText(before)} → ${outcomeText(after)}`
  return `  ${MARKS[change]} ${visible(`${operation}${on}`)}: ${decisions}`
}

/** The rules that settle it now; those of before, when now there are none. */
function because({ rulesBefore, rulesAfter }: Witness | ReplayedChange): string {
  if (rulesAfter.length > 0) return `by ${placesOf(rulesAfter)}`
  if (rulesBefore.length > 0) return `no longer by ${placesOf(rulesBefore)}`
  return 'by no rule'
}

function placesOf(rules: readonly RuleRef[]): string {
  const places = rules.map(({ rule, file, line }) => `${rule} ${visible(file)}:${line}`)
  return [...new Set(places)].join(', ')
}

function rank(change: Change): number {
  return Object.keys(MARKS).indexOf(change)
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
