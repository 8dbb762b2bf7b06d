import { actsOnResource } from '../diff/probe-requests.ts'
import type { PolicyRequest } from '../policy-request.ts'
import { argumentsOf, commonConditions, separating } from './seen-arguments.ts'
import { inComment, spellOperation, spellResource } from './spell.ts'

/** A decision that was made about an agent's request. */
export interface Observation {
  readonly receipt: string
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly operation: string
  readonly resource: string
  /** It was permitted, or would have been with the policies in observe mode. */
  readonly permitted: boolean
  /** What policies read, where that was recorded. */
  readonly request?: PolicyRequest
}

/**
 * A policy that allows an agent what it was seen to do, as text: exact names, and arguments only as
 * they always were. Each rule stands under a comment that names the receipts behind it; what was
 * denied stands as a comment alone. `agent` is a name as configurations have it.
 */
export function suggestPolicy(agent: string, observations: readonly Observation[]): string {
  const groups = Map.groupBy(observations, ({ operation, resource }) => `${operation} ${resource}`)
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
  return [
    `# Drafted from ${extent(observations)}.`,
    '# It allows what was seen. Read every line, and what it leaves open, before you use it.',
    `policy ${agent.replaceAll(/\W/gu, '_')}_seen for agents(${JSON.stringify(agent)}) {`,
    ...sorted.flatMap((group) => ['', ...ruleFor(group)]).slice(1),
    '}',
    '',
  ].join('\n')
}

function ruleFor(group: readonly Observation[]): readonly string[] {
  const permitted = group.filter((it) => it.permitted)
  const denied = group.filter((it) => !it.permitted)
  const target = targetOf(group[0])
  const lines: string[] = []
  if (permitted.length > 0) lines.push(...allowFor(permitted, denied, target))
  if (denied.length > 0) lines.push(`  # denied: ${extent(denied)}`)
  if (permitted.length === 0) lines.push(`  # allow: ${target ?? inComment(nameOf(group[0]))}`)
  return lines
}

function allowFor(
  permitted: readonly Observation[],
  denied: readonly Observation[],
  target: string | undefined,
): readonly string[] {
  const heading = `  # ${extent(permitted)}`
  if (target === undefined) {
    const name = inComment(nameOf(permitted[0]))
    return [heading, `  # no policy can name \`${name}\` exactly`]
  }
  const { holds, remarks } = conditionsOf(permitted)
  const apart = apartFrom(permitted, denied)
  const notes = remarks.map((remark) => `  # ${inComment(remark)}`)
  const rule = [`allow: ${target}`, ...guardLines([...holds, ...(apart ?? [])])]
  if (apart !== undefined) return [heading, ...notes, ...rule.map((line) => `  ${line}`)]
  const why = '  # calls like these were denied too, and nothing in their arguments tells why:'
  return [heading, ...notes, why, ...rule.map((line) => `  # ${line}`)]
}

function guardLines(conditions: readonly string[]): readonly string[] {
  return conditions.map((condition, index) => `  ${index === 0 ? 'if' : '&&'} ${condition}`)
}

function conditionsOf(permitted: readonly Observation[]) {
  const requests = permitted.flatMap(({ request }) => (request === undefined ? [] : [request]))
  const missing = permitted.length - requests.length
  if (missing > 0) {
    const calls = `${missing} of ${permitted.length} calls`
    return {
      holds: [],
      remarks: [`the arguments of ${calls} were not recorded: none is restricted`],
    }
  }
  return commonConditions(requests.map(argumentsOf))
}

/** Conditions that keep out what was denied; undefined where there can be none. */
function apartFrom(permitted: readonly Observation[], denied: readonly Observation[]) {
  const recorded = (group: readonly Observation[]) =>
    group.flatMap(({ request }) => (request === undefined ? [] : [argumentsOf(request)]))
  const refused = recorded(denied)
  if (refused.length === 0) return []
  const seen = recorded(permitted)
  return seen.length < permitted.length ? undefined : separating(seen, refused)
}

function targetOf(observation: Observation | undefined): string | undefined {
  const { operation = '', resource = '' } = observation ?? {}
  const name = spellOperation(operation)
  if (name === undefined || !actsOnResource(operation)) return name
  const on = spellResource(resource)
  return on === undefined ? undefined : `${name}(${on})`
}

function nameOf(observation: Observation | undefined): string {
  const { operation = '', resource = '' } = observation ?? {}
  return operation === resource ? operation : `${operation} on ${resource}`
}

/** `3 calls, 2026-11-21T10:00:00.000Z to …, receipts 4 (0192…) to 9 (0192…)` */
function extent(observations: readonly Observation[]): string {
  const sorted = observations.toSorted((a, b) => a.seq - b.seq)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return 'no receipts'
  const named = ({ seq, receipt }: Observation) => `${seq} (${inComment(receipt)})`
  if (first === last) return `1 call, ${timeOf(first)}, receipt ${named(first)}`
  const times = `${timeOf(first)} to ${timeOf(last)}`
  return `${sorted.length} calls, ${times}, receipts ${named(first)} to ${named(last)}`
}

function timeOf({ at }: Observation): string {
  return new Date(at).toISOString()
}
