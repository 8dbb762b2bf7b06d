import type { Clock, SignerDocuments } from '../../pipeline/ports.ts'

/** How long a document counts as fresh, in milliseconds. */
export const FRESH_MS = 15 * 60_000
/** How long an old one still counts when there is no newer to be had, in milliseconds. */
export const STALE_MS = 24 * 60 * 60_000
/** How long a failure is remembered, in milliseconds. */
export const RETRY_MS = 30_000
/** Documents that are kept. */
export const CACHE_LIMIT = 1_000

interface Entry<Found> {
  found?: { readonly value: Found; readonly at: number }
  failed?: { readonly error: unknown; readonly at: number }
  underWay?: Promise<Found> | undefined
}

/**
 * Asks seldom, and never twice at once. Where nothing newer is to be had an old document still
 * counts for a day: a signer whose server is down is not everybody's outage.
 */
export function cachedDocuments(
  source: SignerDocuments,
  clock: Pick<Clock, 'now'>,
): SignerDocuments {
  const discoveries = new Map<string, Entry<Awaited<ReturnType<SignerDocuments['discovery']>>>>()
  const revocations = new Map<string, Entry<readonly unknown[]>>()
  return {
    discovery: (domain) =>
      recall(entryOf(discoveries, domain), clock, () => source.discovery(domain)),
    revocations: (domain, endpoint) =>
      recall(entryOf(revocations, `${domain} ${endpoint ?? ''}`), clock, () =>
        source.revocations(domain, endpoint),
      ),
  }
}

function entryOf<Found>(entries: Map<string, Entry<Found>>, key: string): Entry<Found> {
  const entry = entries.get(key) ?? {}
  // The last asked for is the last to go.
  entries.delete(key)
  entries.set(key, entry)
  const [oldest] = entries.keys()
  if (entries.size > CACHE_LIMIT && oldest !== undefined) entries.delete(oldest)
  return entry
}

async function recall<Found>(
  entry: Entry<Found>,
  clock: Pick<Clock, 'now'>,
  ask: () => Promise<Found>,
): Promise<Found> {
  const { found, failed } = entry
  if (found !== undefined && clock.now() - found.at < FRESH_MS) return found.value
  try {
    if (failed !== undefined && clock.now() - failed.at < RETRY_MS) throw failed.error
    entry.underWay ??= ask()
    const value = await entry.underWay
    entry.found = { value, at: clock.now() }
    delete entry.failed
    return value
  } catch (error) {
    if (error !== failed?.error) entry.failed = { error, at: clock.now() }
    if (found !== undefined && clock.now() - found.at < STALE_MS) return found.value
    throw error
  } finally {
    entry.underWay = undefined
  }
}
