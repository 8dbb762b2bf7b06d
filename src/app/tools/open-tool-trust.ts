import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { Log, ToolSignatures } from '../../pipeline/ports.ts'
import type { LedgerReader, ReceiptLog } from '../../stores/segments/read-ledger.ts'
import type { Closing } from '../closing.ts'
import type { ReviewerConfig, TenantConfig } from '../config.ts'
import { toolPinsFile } from '../data-files.ts'
import { createToolReader, openToolPins } from '../parts.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'
import type { LiveServers } from '../tenant/live-servers.ts'
import { PinBook } from './pin-book.ts'
import { ShadowWatch } from './shadow-watch.ts'
import { shippedReviewer } from './shipped-reviewer.ts'
import { ToolDesk } from './tool-desk.ts'
import { type McpServers, trustedServers } from './trusted-servers.ts'

/** Receipts that are read to find out whose pins were there once. */
const RECEIPTS_READ = 10_000

export interface ToolTrustParts {
  readonly tenant: Tenant
  readonly recorder: EventPorts
  /** Which servers there are now, and how far each is trusted. */
  readonly live: Pick<LiveServers, 'find'>
  readonly log: Log
  readonly reader: LedgerReader
  readonly opened: Closing
  /** Whether a tool that is signed anew is what it was. */
  readonly signatures?: Pick<ToolSignatures, 'known'> | undefined
  /** The model that is asked about tools, where there is one. */
  readonly reviewer?: ReviewerConfig | undefined
}

/** What is known of the tools of a tenant. @throws PortcullisError `TOOL_PINS_UNAVAILABLE`. */
export async function openToolTrust(config: TenantConfig, parts: ToolTrustParts) {
  const { tenant, recorder, live, log, reader, opened, signatures } = parts
  const file = openToolPins(toolPinsFile(config.dataDir))
  opened.add(() => file.close())
  const book = new PinBook(file, (server) => live.find(server)?.trust ?? config.tools.trust)
  await reportLost({ file, book }, reader.of(tenant), recorder)
  const desk = new ToolDesk({ book, recorder, log, signatures })
  const shadows = new ShadowWatch(desk, recorder, log)
  opened.add(() => shadows.close())
  const guard = (servers: McpServers) => trustedServers(servers, { desk, shadows })
  const secondReader = parts.reviewer && createToolReader(parts.reviewer)
  return { desk, shadows, guard, recorder, reviewer: shippedReviewer(), secondReader }
}

interface Kept {
  readonly file: ReturnType<typeof openToolPins>
  readonly book: PinBook
}

/**
 * Whoever takes the file away, or writes into it, would have everything trusted at first use again:
 * the ledger remembers whose tools were pinned, and of these nothing is trusted unseen any more.
 */
async function reportLost({ file, book }: Kept, log: ReceiptLog, ports: EventPorts): Promise<void> {
  const servers = file.isNew ? pinnedServers(log) : new Set<string>()
  if (servers.size > 0) {
    book.lose(servers)
    const detail = `the pins of ${[...servers].join(', ')} are gone`
    await recordEvent(ports, { name: 'tool.pins_lost', detail, count: servers.size })
  }
  if (book.unreadable > 0) {
    const detail = 'rows of the pins cannot be read'
    await recordEvent(ports, { name: 'tool.pins_lost', detail, count: book.unreadable })
  }
}

function pinnedServers(log: ReceiptLog): ReadonlySet<string> {
  const found = PINNING.flatMap((event) => [
    ...log.receipts({ newestFirst: true, limit: RECEIPTS_READ, filter: { event } }),
  ])
  const servers = found.map(({ event }) => SERVER.exec(event?.detail ?? '')?.[0])
  return new Set(servers.filter((server) => server !== undefined))
}

/** Events after which something of a server was trusted. */
const PINNING = ['tool.pinned', 'tool.approved'] as const

/** What the detail of such an event begins with. */
const SERVER = /^[a-z][a-z0-9_-]*/u
