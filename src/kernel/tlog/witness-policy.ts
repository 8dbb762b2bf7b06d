import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { codeOf, PortcullisError } from '../errors.ts'
import { type CosignerKey, cosignerKeyCheck } from './cosignature.ts'
import { type LogKey, logKeyCheck } from './log-key.ts'

/** Most logs, witnesses and groups of one policy, each; the format asks for at least 32. */
export const MAX_POLICY_ENTRIES = 64

/** The quorum that is always met. No witness and no group has this name. */
export const NO_QUORUM = 'none'

/** Which logs are known, who witnesses them, and whose cosignatures are enough. */
export interface WitnessPolicy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: readonly WitnessGroup[]
  /** A witness, a group or `none`. */
  readonly quorum: string
}

export interface PolicyLog {
  readonly vkey: string
  readonly key: LogKey
  readonly url?: string
}

export interface PolicyWitness {
  /** Has a meaning within the policy only. */
  readonly name: string
  readonly vkey: string
  readonly key: CosignerKey
  /** Where it is submitted to: what stands before `/add-checkpoint`. */
  readonly url?: string
}

/** Counts as a witness where `threshold` of its members do. */
export interface WitnessGroup {
  readonly name: string
  readonly threshold: number
  readonly members: readonly string[]
}

/** A line that no policy may have; lines count from 1. */
export interface PolicyMistake {
  readonly line: number
  readonly message: string
}

/** Reads https://c2sp.org/tlog-policy; throws `WITNESS_POLICY_INVALID` with the line. */
export function* witnessPolicyCheck(text: string): Check<WitnessPolicy> {
  const read = yield* readPolicyCheck(text)
  if ('quorum' in read) return read
  throw new PortcullisError('WITNESS_POLICY_INVALID', `line ${read.line}: ${read.message}`)
}

/** `witnessPolicyCheck`, at once. */
export const parseWitnessPolicy = atOnce(witnessPolicyCheck)

/** The same, for whoever wants to show the line. */
export function* readPolicyCheck(text: string): Check<WitnessPolicy | PolicyMistake> {
  const draft: Draft = { logs: [], witnesses: [], groups: [], names: new Set([NO_QUORUM]) }
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const message = yield* readLine(draft, line)
    if (message !== undefined) return { line: index + 1, message }
  }
  const { logs, witnesses, groups, quorum } = draft
  if (quorum !== undefined) return { logs, witnesses, groups, quorum }
  return { line: lines.length, message: 'there is no `quorum` line' }
}

/** `readPolicyCheck`, at once. */
export const readWitnessPolicy = atOnce(readPolicyCheck)

/** The policy as text, without comments, in an order that it can be read again in. */
export function formatWitnessPolicy({ logs, witnesses, groups, quorum }: WitnessPolicy): string {
  const end = (url: string | undefined) => (url === undefined ? '' : ` ${url}`)
  const lines = [
    ...logs.map(({ vkey, url }) => `log ${vkey}${end(url)}`),
    ...witnesses.map(({ name, vkey, url }) => `witness ${name} ${vkey}${end(url)}`),
    ...groups.map(({ name, threshold, members }) =>
      ['group', name, threshold, ...members].join(' '),
    ),
    `quorum ${quorum}`,
  ]
  return `${lines.join('\n')}\n`
}

interface Draft {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly groups: WitnessGroup[]
  /** Names that are taken, by witnesses and groups alike. */
  readonly names: Set<string>
  quorum?: string
}

type Mistake = string | undefined

const UNPRINTABLE = /[^\t\x20-\x7e\u0080-\u{10ffff}]/u

function* readLine(draft: Draft, line: string): Check<Mistake> {
  if (UNPRINTABLE.test(line)) return 'a control character'
  const [keyword, ...items] = line.split(/[ \t]+/).filter((item) => item !== '')
  if (keyword === undefined || keyword.startsWith('#')) return undefined
  switch (keyword) {
    case 'log':
      return yield* readLog(draft, items)
    case 'witness':
      return yield* readWitness(draft, items)
    case 'group':
      return readGroup(draft, items)
    case 'quorum':
      return readQuorum(draft, items)
    default:
      return `\`${keyword}\` is none of \`log\`, \`witness\`, \`group\`, \`quorum\``
  }
}

function* readLog({ logs }: Draft, [vkey, url, ...more]: readonly string[]): Check<Mistake> {
  if (vkey === undefined || more.length > 0) return 'expected `log VKEY [URL]`'
  if (logs.length >= MAX_POLICY_ENTRIES) return `more than ${MAX_POLICY_ENTRIES} logs`
  const key = yield* keyOr(logKeyCheck(vkey))
  if (typeof key === 'string') return `${key} (a log has one of type 0x01 or 0x06)`
  if (logs.some((log) => sameKey(log.key, key))) return 'this log’s key is listed already'
  logs.push({ vkey, key, ...(url !== undefined && { url }) })
  return undefined
}

function* readWitness(draft: Draft, [name, vkey, url, ...more]: readonly string[]): Check<Mistake> {
  const { witnesses } = draft
  if (name === undefined || vkey === undefined || more.length > 0) {
    return 'expected `witness NAME VKEY [URL]`'
  }
  if (witnesses.length >= MAX_POLICY_ENTRIES) return `more than ${MAX_POLICY_ENTRIES} witnesses`
  if (draft.names.has(name)) return `the name \`${name}\` is taken`
  const key = yield* keyOr(cosignerKeyCheck(vkey))
  if (typeof key === 'string') return `${key} (a witness has one of type 0x04 or 0x06)`
  if (witnesses.some((one) => sameKey(one.key, key))) return 'this key is another witness’s'
  draft.names.add(name)
  witnesses.push({ name, vkey, key, ...(url !== undefined && { url }) })
  return undefined
}

function readGroup(draft: Draft, [name, count, ...members]: readonly string[]): Mistake {
  if (name === undefined || count === undefined || members.length === 0) {
    return 'expected `group NAME all|any|K MEMBER…`'
  }
  if (draft.groups.length >= MAX_POLICY_ENTRIES) return `more than ${MAX_POLICY_ENTRIES} groups`
  if (draft.names.has(name)) return `the name \`${name}\` is taken`
  const threshold = thresholdOf(count, members.length)
  if (threshold === undefined) return `of ${members.length} members, \`${count}\` cannot be asked`
  const grouped = new Set(draft.groups.flatMap((group) => group.members))
  for (const [index, member] of members.entries()) {
    if (member === NO_QUORUM) return '`none` is no member of a group'
    if (!draft.names.has(member)) return `no \`${member}\` is defined before this line`
    // Otherwise one witness could count twice towards one quorum.
    const twice = grouped.has(member) || members.indexOf(member) !== index
    if (twice) return `\`${member}\` is a member of a group already`
  }
  draft.names.add(name)
  draft.groups.push({ name, threshold, members })
  return undefined
}

function thresholdOf(count: string, members: number): number | undefined {
  if (count === 'any') return 1
  if (count === 'all') return members
  const threshold = /^[1-9][0-9]{0,2}$/.test(count) ? Number(count) : 0
  return threshold >= 1 && threshold <= members ? threshold : undefined
}

function readQuorum(draft: Draft, [name, ...more]: readonly string[]): Mistake {
  if (name === undefined || more.length > 0) return 'expected `quorum NAME`'
  if (draft.quorum !== undefined) return 'there is a `quorum` line already'
  if (!draft.names.has(name)) return `no \`${name}\` is defined before this line`
  draft.quorum = name
  return undefined
}

/** The key, or what is wrong with it. */
function* keyOr<Key extends object>(parse: Check<Key>): Check<Key | string> {
  try {
    return yield* parse
  } catch (error) {
    if (codeOf(error) === 'VKEY_INVALID' && error instanceof Error) return error.message
    throw error
  }
}

/** The same public key under another name or for another kind of signature is the same key. */
function sameKey({ raw: one }: LogKey, { raw: other }: LogKey): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
