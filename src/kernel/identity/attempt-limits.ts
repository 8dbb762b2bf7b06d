/** How failures of one kind of key are answered. Times in milliseconds. */
export interface AttemptBounds {
  /** Failures that cost nothing: a person mistypes. */
  readonly free: number
  /** The wait after the first failure beyond those; each further one doubles it. */
  readonly firstWaitMs: number
  readonly mostWaitMs: number
  /** Without a failure for so long, all are forgotten. More than the longest wait. */
  readonly forgetMs: number
}

/** Of an address: many people may share one. */
export const SOURCE_BOUNDS: AttemptBounds = {
  ...{ free: 30, firstWaitMs: 1_000 },
  ...{ mostWaitMs: 5 * 60_000, forgetMs: 60 * 60_000 },
}

/** Of a name, whether there is such an account or not. */
export const PRINCIPAL_BOUNDS: AttemptBounds = {
  ...{ free: 5, firstWaitMs: 1_000 },
  ...{ mostWaitMs: 15 * 60_000, forgetMs: 60 * 60_000 },
}

/** Keys that are watched, and as many again that have to wait. */
export const WATCHED_KEYS_LIMIT = 50_000

/** Alerts that one kind of key may raise within a minute: whoever has many addresses fills none. */
export const THROTTLE_ALERTS_PER_MINUTE = 30
const MINUTE_MS = 60_000

export interface Failed {
  /** How long the key has to wait from now on. */
  readonly waitMs: number
  /** All its failures so far. */
  readonly failures: number
  /** It has to wait and did not have to before: worth an alert. Of a flood only the first are. */
  readonly begins: boolean
}

interface Entry {
  readonly failures: number
  readonly last: number
}

/**
 * Counts failures by key and tells who has to wait. What is kept is bounded, whoever sends
 * whatever: keys that have to wait are kept apart, so that a flood of others cannot have them
 * forgotten. To push one of them out, as many others must have failed beyond what is free.
 */
export class AttemptCounts {
  readonly #bounds: AttemptBounds
  readonly #limit: number
  readonly #watched = new Map<string, Entry>()
  readonly #waiting = new Map<string, Entry>()
  #alerts = { minute: 0, count: 0 }

  constructor(bounds: AttemptBounds, limit = WATCHED_KEYS_LIMIT) {
    this.#bounds = bounds
    this.#limit = limit
  }

  /** Keys that are known; never more than twice the limit. */
  get size(): number {
    return this.#watched.size + this.#waiting.size
  }

  /** Milliseconds until the key may try again; 0 for now. */
  waitOf(key: string, now: number): number {
    const entry = this.#entryOf(key, now)
    return entry === undefined ? 0 : Math.max(0, entry.last + this.#waitAfter(entry) - now)
  }

  failed(key: string, now: number): Failed {
    const before = this.#entryOf(key, now)
    const entry = { failures: (before?.failures ?? 0) + 1, last: now }
    this.#watched.delete(key)
    this.#waiting.delete(key)
    const waitMs = this.#waitAfter(entry)
    const place = waitMs > 0 ? this.#waiting : this.#watched
    if (place.size >= this.#limit) forgetOldest(place)
    place.set(key, entry)
    const isFirst = waitMs > 0 && entry.failures === this.#bounds.free + 1
    return { waitMs, failures: entry.failures, begins: isFirst && this.#mayAlert(now) }
  }

  /** Takes one failure back that was counted in advance. */
  forgive(key: string): void {
    for (const place of [this.#watched, this.#waiting]) {
      const entry = place.get(key)
      if (entry !== undefined) place.set(key, { ...entry, failures: entry.failures - 1 })
    }
  }

  succeeded(key: string): void {
    this.#watched.delete(key)
    this.#waiting.delete(key)
  }

  #entryOf(key: string, now: number): Entry | undefined {
    const entry = this.#waiting.get(key) ?? this.#watched.get(key)
    const isForgotten = entry !== undefined && now - entry.last >= this.#bounds.forgetMs
    return isForgotten ? undefined : entry
  }

  #mayAlert(now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS)
    const count = minute === this.#alerts.minute ? this.#alerts.count + 1 : 1
    this.#alerts = { minute, count }
    return count <= THROTTLE_ALERTS_PER_MINUTE
  }

  #waitAfter({ failures }: Entry): number {
    const { free, firstWaitMs, mostWaitMs } = this.#bounds
    const beyond = failures - free
    return beyond <= 0 ? 0 : Math.min(mostWaitMs, firstWaitMs * 2 ** Math.min(beyond - 1, 40))
  }
}

/** What failed longest ago: an entry is put in again at each failure. */
function forgetOldest(place: Map<string, Entry>): void {
  const [oldest] = place.keys()
  if (oldest !== undefined) place.delete(oldest)
}

/** An IPv4 address, or the first 64 bits of an IPv6 one: a host has the other 64 to itself. */
export function sourceKey(address: string): string {
  const bare = address.toLowerCase().replace(/%.*$/, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  if (!bare.includes(':')) return bare
  const [head = '', tail] = bare.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? 0 : tail.split(':').length
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - behind)
  const whole = [...groups, ...Array.from({ length: zeros }, () => '0'), ...(tail ?? '').split(':')]
  return `${whole.slice(0, 4).map(withoutZeros).join(':')}::/64`
}

function withoutZeros(group: string): string {
  return group.replace(/^0+(?=.)/, '')
}
