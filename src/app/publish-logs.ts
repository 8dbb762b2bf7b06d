import type { PublishedLog, TilesDoorOptions } from '../inbound/tiles/tiles-door.ts'
import { claimedCheckpoint } from '../kernel/tlog/checkpoint.ts'
import type { OpenLedger } from '../stores/segments/open-ledger.ts'
import type { LedgerReader, LogReader } from '../stores/segments/read-ledger.ts'
import type { Config } from './config.ts'
import { tileBytes } from './log-tiles.ts'

/** What of the logs is served; nothing where nothing is to be published. */
export function publishedLogs(
  publish: Config['ledger']['publish'],
  ledger: Pick<OpenLedger, 'published'>,
  reader: LedgerReader,
): TilesDoorOptions | undefined {
  if (publish === 'none') return undefined
  const upTo = (size: number) => {
    if (reader.node.size < size) reader.refresh()
  }
  const node: PublishedLog = {
    checkpoint: () => ledger.published(),
    tile(resource) {
      const { size } = claimedCheckpoint(ledger.published())
      upTo(size)
      return tileBytes(reader.node, size, resource)
    },
  }
  return {
    node,
    tenant(id) {
      if (publish !== 'all') return undefined
      // Heads of tenants are signed also when nothing else is new.
      reader.refresh()
      const log = reader.logs().find(({ origin }) => origin.endsWith(`/l/${id}`))
      return log && tenantLog(log)
    },
  }
}

/** The log of a tenant up to the last head of it that was signed. */
function tenantLog(log: LogReader): PublishedLog {
  return {
    checkpoint: () => log.checkpoint(),
    tile: (resource) => tileBytes(log, claimedCheckpoint(log.checkpoint()).size, resource),
  }
}
