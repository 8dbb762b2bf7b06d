import { existsSync } from 'node:fs'
import { nearest } from '../../kernel/text/nearest.ts'
import { isLoopback } from './addresses.ts'
import { identityFindings } from './check-identity.ts'
import { checkSchemaPin, schemaPinFiles } from './check-schemapin.ts'
import { named } from './check-shape.ts'
import { checkOwnTls, checkPeerTls, tlsFiles } from './check-tls.ts'
import type { ConfigFile } from './config-schema.ts'
import { parseDuration } from './duration.ts'
import type { Finding, Problem } from './problems.ts'
import type { TenantFile } from './tenant-schema.ts'
import { placeAt, type Table } from './toml-tree.ts'

/** Longest life of a token of an agent or an approver, in milliseconds. */
export const MAX_TOKEN_TTL_MS = 24 * 60 * 60 * 1000
/** Shortest and longest time that recorded requests may be kept, in milliseconds. */
export const RECORD_AGE_BOUNDS_MS = [60_000, 3_650 * 24 * 60 * 60 * 1000] as const
/** How long payloads and the bodies of receipts may be kept where that is not for ever, in ms. */
const DAY_MS = 86_400_000
export const PAYLOAD_AGE_BOUNDS_MS = [60_000, 36_500 * DAY_MS] as const
export const RECEIPT_AGE_BOUNDS_MS = [DAY_MS, 36_500 * DAY_MS] as const
/** A retention that never ends. */
export const FOREVER = 'forever'
/** Longest wait for a call; the listener cuts connections that are silent for ten minutes. */
export const MAX_CALL_TIMEOUT_MS = 9 * 60 * 1000
/** What a budget may be for, in milliseconds: a minute to a leap year. */
export const BUDGET_PERIODS_MS = { least: 60_000, most: 366 * 86_400_000 }
/** How long the reviewer of tools may take for an answer, in milliseconds. */
const READING_WAIT_MS = { least: 100, most: 120_000 } as const
/** Longest wait for approval: as for a call. */
export const MAX_APPROVAL_WAIT_MS = 9 * 60 * 1000
/** How often keys may be rotated on schedule, in milliseconds. */
export const ROTATION_PERIODS_MS = { least: 3_600_000, most: 3_650 * 86_400_000 }
/** Longest time that two keys may sign together on schedule, in milliseconds. */
export const MAX_OVERLAP_MS = 366 * 86_400_000
/** What is built in answers under these names. */
const RESERVED_SERVERS = ['memory', 'storage', 'acl']
/** Policies name what operators do after this. */
const RESERVED_FOR_ADMINISTRATION = 'admin'

/** What a schema cannot say: names that must be declared, durations, addresses. */
export function checkMeaning(config: ConfigFile, tree: Table): readonly Problem[] {
  const findings = [
    ...listener(config),
    ...keys(config),
    ...reviewer(config),
    ...checkOwnTls(config),
  ]
  return [...checkTenantMeaning(config, tree), ...placed(findings, tree)]
}

/** The same of what each tenant has of its own. */
export function checkTenantMeaning(config: TenantFile, tree: Table): readonly Problem[] {
  const findings = [
    ...recording(config),
    ...retention(config),
    ...agents(config),
    ...approvers(config),
    ...servers(config),
    ...tools(config),
    ...checkPeerTls(config),
    ...checkSchemaPin(config),
    ...budgets(config),
    ...labels(config),
    ...identityFindings(config),
  ]
  return placed(findings, tree)
}

export function placed(findings: readonly Finding[], tree: Table): readonly Problem[] {
  return findings.map(({ path, ...problem }) => ({ place: placeAt(tree, path), ...problem }))
}

/** Files that the runtime will read at its start. `absolute` makes a path of the file whole. */
export function checkFiles(
  config: Pick<ConfigFile, 'memory' | 'servers'> &
    Partial<Pick<ConfigFile, 'listen' | 'witnesses'>>,
  tree: Table,
  absolute: (path: string) => string,
): readonly Problem[] {
  const files: [readonly (string | number)[], string | undefined][] = [
    ...Object.entries(config.memory).map(([name, { seed }]): [string[], string | undefined] => [
      ['memory', name, 'seed'],
      seed,
    ]),
    ...tlsFiles(config),
    ...schemaPinFiles(config),
  ]
  return files
    .filter(([, file]) => file !== undefined && !existsSync(absolute(file)))
    .map(([path]) => ({
      place: placeAt(tree, path),
      message: `${named(path)} names a file that is not there (paths begin at this file's folder)`,
    }))
}

function* recording({ policy }: TenantFile): Generator<Finding> {
  const age = parseDuration(policy.record_max_age) ?? 0
  const [shortest, longest] = RECORD_AGE_BOUNDS_MS
  if (age >= shortest && age <= longest) return
  const message = 'a recorded request may be kept from `1m` to `3650d`'
  yield { path: ['policy', 'record_max_age'], message }
}

function* retention({ ledger }: TenantFile): Generator<Finding> {
  const bounds = [
    [
      'payloads',
      PAYLOAD_AGE_BOUNDS_MS,
      'a payload may be kept from `1m` to `36500d`, or `forever`',
    ],
    [
      'receipts',
      RECEIPT_AGE_BOUNDS_MS,
      'a receipt may be kept from `1d` to `36500d`, or `forever`',
    ],
  ] as const
  for (const [what, [shortest, longest], message] of bounds) {
    const text = ledger.retention[what]
    const age = parseDuration(text) ?? 0
    if (text === FOREVER || (age >= shortest && age <= longest)) continue
    yield { path: ['ledger', 'retention', what], message }
  }
}

function* agents({ agents, roles }: TenantFile): Generator<Finding> {
  for (const [name, agent] of Object.entries(agents)) {
    const path = ['agents', name]
    yield* undeclared([...path, 'roles'], agent.roles, { what: 'role', declared: roles })
    yield* tokenLife(path, agent.token_ttl)
  }
}

function* approvers({ approvers, approvals, agents, roles }: TenantFile): Generator<Finding> {
  for (const [name, approver] of Object.entries(approvers)) {
    const path = ['approvers', name]
    yield* undeclared([...path, 'roles'], approver.roles, { what: 'role', declared: roles })
    yield* undeclared([...path, 'agents'], approver.agents, { what: 'agent', declared: agents })
    yield* tokenLife(path, approver.token_ttl)
    // Receipts and `not: requester` tell people and agents apart by name.
    if (Object.hasOwn(agents, name)) yield { path, message: `\`${name}\` is an agent already` }
  }
  if ((parseDuration(approvals.wait) ?? 0) > MAX_APPROVAL_WAIT_MS) {
    yield { path: ['approvals', 'wait'], message: 'a call may wait for approval up to `9m`' }
  }
}

function* keys({ keys }: ConfigFile): Generator<Finding> {
  const every = keys.rotate_every === undefined ? undefined : parseDuration(keys.rotate_every)
  const overlap = parseDuration(keys.overlap) ?? 0
  const { least, most } = ROTATION_PERIODS_MS
  if (every !== undefined && (every < least || every > most)) {
    yield { path: ['keys', 'rotate_every'], message: 'keys may be rotated every `1h` to `3650d`' }
  }
  if (overlap > MAX_OVERLAP_MS) {
    yield { path: ['keys', 'overlap'], message: 'two keys may overlap for up to `366d`' }
  }
  if (every !== undefined && overlap >= every) {
    yield { path: ['keys', 'overlap'], message: 'the overlap must end before the next rotation' }
  }
}

type Path = readonly (string | number)[]

function* undeclared(
  path: Path,
  names: readonly string[],
  { what, declared }: { what: 'role' | 'agent'; declared: object },
): Generator<Finding> {
  for (const [index, name] of names.entries()) {
    if (Object.hasOwn(declared, name)) continue
    const near = nearest(name, Object.keys(declared))
    const hint =
      near === undefined ? `declare it: \`[${what}s.${name}]\`` : `did you mean \`${near}\`?`
    yield { path: [...path, index], message: `no ${what} \`${name}\` is declared: ${hint}` }
  }
}

function* tokenLife(path: Path, text: string): Generator<Finding> {
  const ttl = parseDuration(text) ?? 0
  if (ttl >= 1000 && ttl <= MAX_TOKEN_TTL_MS) return
  yield { path: [...path, 'token_ttl'], message: 'a token may live from `1s` to `24h`' }
}

function* servers({ servers }: TenantFile): Generator<Finding> {
  for (const [name, server] of Object.entries(servers)) {
    const path = ['servers', name]
    if (RESERVED_SERVERS.includes(name)) {
      yield { path, message: `\`${name}\` is built in: choose another name` }
    }
    if (name === RESERVED_FOR_ADMINISTRATION) {
      yield { path, message: '`admin` is what operators do: choose another name' }
    }
    const timeout = parseDuration(server.call_timeout) ?? 0
    if (timeout < 1 || timeout > MAX_CALL_TIMEOUT_MS) {
      yield { path: [...path, 'call_timeout'], message: 'a call may take from `1ms` to `9m`' }
    }
    if (server.transport === 'stdio') continue
    const message = faultOfUrl(server.url, server.allow_plaintext)
    if (message !== undefined) yield { path: [...path, 'url'], message }
  }
}

/** How often servers may be asked for their tools. */
const RELIST_MS = { least: 1_000, most: 86_400_000 } as const

function* tools({ tools: { relist } }: TenantFile): Generator<Finding> {
  const everyMs = parseDuration(relist) ?? 0
  if (everyMs >= RELIST_MS.least && everyMs <= RELIST_MS.most) return
  yield { path: ['tools', 'relist'], message: 'servers may be asked every `1s` to `1d`' }
}

function* reviewer({ tools: { reviewer } }: ConfigFile): Generator<Finding> {
  if (reviewer === undefined) return
  const waitMs = parseDuration(reviewer.timeout) ?? 0
  if (waitMs >= READING_WAIT_MS.least && waitMs <= READING_WAIT_MS.most) return
  const message = 'a reviewer may take from `100ms` to `2m` for an answer'
  yield { path: ['tools', 'reviewer', 'timeout'], message }
}

function* budgets({ budgets }: TenantFile): Generator<Finding> {
  for (const [name, { per }] of Object.entries(budgets)) {
    const periodMs = parseDuration(per) ?? 0
    if (periodMs >= BUDGET_PERIODS_MS.least && periodMs <= BUDGET_PERIODS_MS.most) continue
    yield { path: ['budgets', name, 'per'], message: 'a budget may be for `1m` to `366d`' }
  }
}

function* labels({ labels: { window } }: TenantFile): Generator<Finding> {
  const windowMs = parseDuration(window) ?? 0
  if (windowMs >= BUDGET_PERIODS_MS.least && windowMs <= BUDGET_PERIODS_MS.most) return
  yield { path: ['labels', 'window'], message: 'a label may be kept for `1m` to `366d`' }
}

/** The address is not quoted: it could hold a password. */
function faultOfUrl(text: string, allowPlaintext: boolean): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return 'an address begins `https://`, or `http://` for this machine'
  }
  if (url.username !== '' || url.password !== '') {
    return 'an address holds no credential: send it in `headers`'
  }
  if (url.protocol === 'https:' || isLoopback(url.hostname) || allowPlaintext) return undefined
  return 'plain `http` to another machine shows every credential: use `https`, or `allow_plaintext`'
}

function* listener({ listen }: ConfigFile): Generator<Finding> {
  for (const [door, { host, tls }] of Object.entries(listen)) {
    if (tls !== undefined || isLoopback(host)) continue
    const table = `[listen.${door}.tls]`
    yield {
      path: ['listen', door, 'host'],
      message: `beyond loopback the listener needs \`${table}\` with \`cert\` and \`key\``,
      code: 'CONFIG_INSECURE_LISTENER',
    }
  }
}
