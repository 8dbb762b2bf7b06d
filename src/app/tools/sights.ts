import { type DriftChange, driftOf, severityOf } from '../../kernel/tools/drift.ts'
import { SERVER_ITSELF } from '../../kernel/tools/fingerprint.ts'
import { isDisguised } from '../../kernel/tools/name-skeleton.ts'
import { pinAgain, pinAtFirst, type Sight, type ToolPin } from '../../kernel/tools/pin.ts'
import { renamesOf } from '../../kernel/tools/renames.ts'
import { ToolCatalogue } from '../../kernel/tools/tool-catalogue.ts'
import type { DefinedTool } from '../../pipeline/ports.ts'
import type { KeptPin } from '../../stores/tool-pins/tool-pins-file.ts'
import type { PinBook } from './pin-book.ts'

/** A tool as it is seen, with what it is known by. */
export type SeenTool = DefinedTool & Sight

/** What a sight of a tool makes of its pin. */
export interface Met extends KeptPin {
  /** Absent for a tool that was never seen. */
  readonly was?: ToolPin
  /** How it differs from what was approved, or else from what it was before. */
  readonly drift: readonly DriftChange[]
}

interface Known {
  readonly book: PinBook
  /** All that servers list to the runtime itself. */
  readonly listed: readonly DefinedTool[]
}

/** Tools that were never seen, all of one look: those that came as others went are found by it. */
export function meetFirst(tools: readonly SeenTool[], { book, listed }: Known): readonly Met[] {
  const names = tools.filter(({ tool }) => isDisguised(tool))
  const catalogue = names.length === 0 ? undefined : new ToolCatalogue(listed)
  const byServer = Map.groupBy(tools, ({ server }) => server)
  const renames = new Map(
    [...byServer].map(([server, come]) => [server, renamesAt(server, come, { book, listed })]),
  )
  return tools.map((tool) => {
    const alike = names.includes(tool) ? (catalogue?.alike(tool.tool) ?? []) : []
    const pin = pinAtFirst({
      ...tool,
      mode: book.modeOf(tool),
      renamedFrom: renames.get(tool.server)?.get(tool.tool),
      disguised: alike.some(({ server }) => server !== tool.server),
    })
    return { pin, definition: tool.definition, drift: driftOfPin({ ...tool, pin }, book) }
  })
}

/** New names of tools that were pinned under others, which their server lists no more. */
function renamesAt(
  server: string,
  come: readonly SeenTool[],
  { book, listed }: Known,
): ReadonlyMap<string, string> {
  const there = new Set(listed.flatMap((each) => (each.server === server ? [each.tool] : [])))
  // A server that has listed nothing yet has taken nothing away.
  if (there.size === 0) return new Map()
  for (const { tool } of come) there.add(tool)
  const gone = book.of(server).filter(({ tool }) => tool !== SERVER_ITSELF && !there.has(tool))
  if (gone.length === 0) return new Map()
  const before = gone.map((pin) => [pin.tool, lastTrusted(pin, book)] as const)
  const after = come.map(({ tool, definition }) => [tool, definition] as const)
  return renamesOf(new Map(before), new Map(after.filter(([tool]) => tool !== SERVER_ITSELF)))
}

/** A tool that says something else than it is known for. */
export function meetAgain(was: ToolPin, seen: SeenTool, book: PinBook): Met {
  const drift = driftOf(lastTrusted(was, book), seen.definition)
  const pin = pinAgain(was, seen, severityOf(drift) ?? 'info')
  return { was, pin, definition: seen.definition, drift }
}

/**
 * How a tool differs from what was trusted of it, under its name or the one it had before.
 * @throws PortcullisError `TOOL_PINS_UNAVAILABLE`.
 */
export function driftOfPin(
  { pin, definition }: { readonly pin: ToolPin } & Pick<DefinedTool, 'definition'>,
  book: PinBook,
): readonly DriftChange[] {
  const before = trustedBefore(pin, book)
  return before === undefined ? [] : driftOf(before, definition)
}

/** The definition that was trusted before the one seen last; nothing for a tool that is new. */
export function trustedBefore(pin: ToolPin, book: PinBook) {
  const { server, renamedFrom, approved, seen } = pin
  if (renamedFrom !== undefined) {
    const old = book.get({ server, tool: renamedFrom })
    return old && lastTrusted(old, book)
  }
  if (approved === undefined || approved.fingerprint === seen.fingerprint) return undefined
  return book.definition(pin, approved.fingerprint)
}

function lastTrusted(pin: ToolPin, book: PinBook) {
  return book.definition(pin, (pin.approved ?? pin.seen).fingerprint)
}
