import { existsSync, readFileSync } from 'node:fs'
import { isQuorum } from '../../kernel/tlog/quorum.ts'
import {
  NO_QUORUM,
  type PolicyMistake,
  parseWitnessPolicy,
  readWitnessPolicy,
  type WitnessPolicy,
} from '../../kernel/tlog/witness-policy.ts'
import type { WitnessesConfig } from './config.ts'
import type { ConfigFile } from './config-schema.ts'
import { parseDuration } from './duration.ts'
import type { Problem } from './problems.ts'
import { peerTlsOf } from './tls-config.ts'
import { type Place, placeAt, type Table } from './toml-tree.ts'

/** From and to, in milliseconds. */
export const WITNESS_BOUNDS_MS = {
  interval: [1_000, 3_600_000],
  answer_wait: [100, 60_000],
  finality_wait: [1_000, 9 * 60_000],
} as const

export interface WitnessesSource {
  readonly tree: Table
  /** The text of the configuration. */
  readonly text: string
  readonly absolute: (path: string) => string
}

/** What is wrong with `[witnesses]`; of a policy the line, wherever it stands. */
export function* checkWitnesses(
  { witnesses }: ConfigFile,
  { tree, text, absolute }: WitnessesSource,
): Generator<Problem> {
  const at = (key: string) => placeAt(tree, ['witnesses', key])
  for (const [key, [least, most]] of Object.entries(WITNESS_BOUNDS_MS)) {
    const ms = parseDuration(witnesses[key as keyof typeof WITNESS_BOUNDS_MS]) ?? 0
    if (ms < least || ms > most) {
      const message = `\`witnesses.${key}\` must be from \`${least}ms\` to \`${most / 1000}s\``
      yield { place: at(key), message }
    }
  }
  const { policy, policy_file: file } = witnesses
  if (policy !== undefined && file !== undefined) {
    const message = 'say who witnesses in `policy` or in `policy_file`, not in both'
    yield { place: at('policy_file'), message }
  } else if (policy !== undefined) {
    const mistake = mistakeOf(policy)
    if (mistake === undefined) return
    yield { place: lineOf(at('policy'), mistake.line, text), message: mistake.message }
  } else if (file !== undefined) {
    const path = absolute(file)
    const mistake = existsSync(path) ? mistakeOf(readFileSync(path, 'utf8')) : MISSING
    if (mistake === undefined) return
    const where = mistake.line > 0 ? ` line ${mistake.line}` : ''
    yield { place: at('policy_file'), message: `\`${file}\`${where}: ${mistake.message}` }
  }
}

const MISSING: PolicyMistake = {
  line: 0,
  message: "it is not there (paths begin at this file's folder)",
}

/** What the configuration says of witnesses, once it is checked; nothing where there are none. */
export function witnessesOf(
  { witnesses }: ConfigFile,
  absolute: (path: string) => string,
): WitnessesConfig | undefined {
  const { policy, policy_file: file } = witnesses
  const text = file === undefined ? policy : readFileSync(absolute(file), 'utf8')
  if (text === undefined) return undefined
  const milliseconds = (duration: string) => parseDuration(duration) ?? 0
  return {
    policy: parseWitnessPolicy(text),
    tls: peerTlsOf(witnesses.tls, absolute),
    intervalMs: milliseconds(witnesses.interval),
    answerWaitMs: milliseconds(witnesses.answer_wait),
    finalityWaitMs: milliseconds(witnesses.finality_wait),
  }
}

/** The first mistake of a policy that a runtime is to follow, not only to read. */
function mistakeOf(text: string): PolicyMistake | undefined {
  const policy = readWitnessPolicy(text)
  if ('line' in policy) return policy
  const lines = text.split('\n')
  const lineWith = (...words: string[]) =>
    1 + lines.findIndex((line) => words.every((word) => line.split(/[ \t]+/).includes(word)))
  for (const { name, url } of policy.witnesses) {
    const fault = url === undefined ? undefined : faultOfUrl(url)
    if (fault !== undefined) return { line: lineWith('witness', name), message: fault }
  }
  const fault = faultOfQuorum(policy)
  return fault === undefined ? undefined : { line: lineWith('quorum'), message: fault }
}

/** Plain `http` will do: a head is no secret, and a cosignature proves itself. */
function faultOfUrl(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return 'the address of a witness begins `https://` or `http://`'
  }
  const bare = parsed.username === '' && parsed.search === '' && parsed.hash === ''
  return bare ? undefined : 'the address of a witness is a host and a path, no more'
}

function faultOfQuorum(policy: WitnessPolicy): string | undefined {
  if (policy.quorum === NO_QUORUM) return '`none` would call witnessed what nobody has seen'
  const reachable = policy.witnesses.filter(({ url }) => url !== undefined)
  const names = new Set(reachable.map(({ name }) => name))
  if (isQuorum(names, policy)) return undefined
  return 'the witnesses that have an address are not enough for it'
}

/** Where a line of a text stands that begins at `place`. */
function lineOf(place: Place, line: number, text: string): Place {
  if (place.kind !== 'file') return place
  const value = text.slice(place.start, place.end)
  // A line break in the value may also be written `\n`: then it stands on one line with the key.
  if (!value.includes('\n')) return place
  // TOML leaves out a line break right behind the opening quotes.
  const first = /^(?:"""|''')\r?\n/.test(value) ? 1 : 0
  const number = place.line + first + line - 1
  const before = text.split('\n').slice(0, number - 1)
  const start = before.reduce((length, { length: more }) => length + more + 1, 0)
  const end = start + (text.split('\n')[number - 1]?.length ?? 0)
  return { kind: 'file', line: number, column: 1, start, end }
}
