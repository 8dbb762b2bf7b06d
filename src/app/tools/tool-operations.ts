import type {
  ToolDriftChange,
  ToolPinView,
  ToolReadingRequest,
  ToolReadingView,
  ToolReviewed,
  ToolToReview,
} from '../../contract/tools.ts'
import type { ToolOperations } from '../../inbound/admin/tool-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject, JsonValue } from '../../kernel/json/value.ts'
import { withinBytes } from '../../kernel/json/within-bytes.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import { addedPart } from '../../kernel/tools/added-part.ts'
import { type DriftChange, driftOf, severityOf } from '../../kernel/tools/drift.ts'
import { checkSeen, type ToolPin, toolName } from '../../kernel/tools/pin.ts'
import type { ToolReader } from '../../pipeline/ports.ts'
import type { EventPorts } from '../record-event.ts'
import type { Named } from './pin-book.ts'
import { readTool } from './read-tool.ts'
import type { ToolReviewer } from './reviewer.ts'
import type { ShadowWatch } from './shadow-watch.ts'
import { trustedBefore } from './sights.ts'
import type { ToolDesk } from './tool-desk.ts'

/** Tools to be reviewed, of one answer, and bytes of an answer: a server chooses its texts. */
export const REVIEWS_SHOWN = 50
const ANSWER_BYTES = 2 * 1024 * 1024
/** Changes of one tool that are shown, and characters of one of their texts. */
export const CHANGES_SHOWN = 100
export const TEXT_SHOWN = 1_000

export interface ToolOperationsParts {
  readonly desk: ToolDesk
  readonly shadows: ShadowWatch
  readonly recorder: EventPorts
  readonly reviewer?: ToolReviewer | undefined
  /** Absent where no model is configured. */
  readonly secondReader?: ToolReader | undefined
}

/** What operators may know of tools, and decide about them. */
export function toolOperations(parts: ToolOperationsParts, by: EventBy): ToolOperations {
  const { desk } = parts
  return {
    toolPins({ tool }) {
      const pins = named(desk.book.all(), tool)
      const shown = [...withinBytes(pins.map(view), ANSWER_BYTES)]
      const { unreadable } = desk.book
      return { pins: shown, more: pins.length - shown.length, unreadable }
    },
    reviewTools({ tool }) {
      const pins = named(desk.book.all(), tool).filter((pin) => isAsked(pin, tool))
      const first = pins.slice(0, REVIEWS_SHOWN).map((pin) => toReview(pin, parts))
      const shown = [...withinBytes(first, ANSWER_BYTES)]
      return { tools: shown, more: pins.length - shown.length }
    },
    readTool: (request) => readSeen(request, parts, by),
    approveTool: async ({ tool, fingerprint, reason }) =>
      view(await desk.approve(nameOf(tool), fingerprint, { by, reason })),
    rejectTool: async ({ tool, reason }) => view(await desk.reject(nameOf(tool), { by, reason })),
  }
}

/** One tool, and only as it was reviewed: who asks has seen what is sent. */
async function readSeen(
  { tool, fingerprint }: ToolReadingRequest,
  { desk, recorder, secondReader }: ToolOperationsParts,
  by: EventBy,
): Promise<ToolReadingView> {
  const pin = desk.book.known(nameOf(tool))
  checkSeen(pin, fingerprint)
  if (secondReader === undefined) {
    throw new PortcullisError('TOOL_READER_NOT_CONFIGURED', 'there is no `[tools.reviewer]`')
  }
  const { server, tool: name } = pin
  const definition = desk.book.definition(pin, fingerprint)
  const seen = { server, tool: name, definition, fingerprint }
  const { answers, ...reading } = await readTool(seen, { reader: secondReader, by, ...recorder })
  return { tool: toolName(pin), fingerprint, ...reading, answers: [...answers] }
}

/** No name of a server holds a dot; what stands after the first one is the tool's own. */
function nameOf(name: string): Named {
  const dot = name.indexOf('.')
  if (dot === -1) return { server: name, tool: '' }
  return { server: name.slice(0, dot), tool: name.slice(dot + 1) }
}

/** All of a server, or one of its tools; without a name all there are. */
function named(pins: readonly ToolPin[], name: string | undefined): readonly ToolPin[] {
  if (name === undefined) return pins
  const { server, tool } = nameOf(name)
  return pins.filter((pin) => pin.server === server && (tool === '' || pin.tool === tool))
}

/** Whoever names a tool sees it, whatever its state; otherwise what waits for somebody. */
function isAsked(pin: ToolPin, name: string | undefined): boolean {
  return pin.state === 'pending' || pin.state === 'quarantined' || name === toolName(pin)
}

function view(pin: ToolPin): ToolPinView {
  const { state, seen, approved, renamedFrom } = pin
  return {
    ...{ tool: toolName(pin), state, fingerprint: seen.fingerprint, seen: iso(seen.at) },
    ...(approved && { approved: { ...approved, at: iso(approved.at) } }),
    ...(renamedFrom !== undefined && { renamedFrom }),
  }
}

function toReview(pin: ToolPin, parts: ToolOperationsParts): ToolToReview {
  const { book } = parts.desk
  const before = trustedBefore(pin, book)
  const definition = book.definition(pin, pin.seen.fingerprint)
  const drift = before === undefined ? [] : driftOf(before, definition)
  const severity = severityOf(drift)
  const shadowing = parts.shadows.findings({ ...pin, definition })
  const review = reviewed({ pin, before, definition }, parts)
  return {
    ...view(pin),
    ...(severity && { severity }),
    drift: drift.slice(0, CHANGES_SHOWN).map(shownChange),
    moreDrift: Math.max(0, drift.length - CHANGES_SHOWN),
    ...(before === undefined && { definition: shown(definition) }),
    shadowing: shadowing.map(({ span, ...finding }) => ({ ...finding, span: [...span] })),
    ...(review && { review }),
  }
}

/** Of a tool that was approved once only what it says beyond that is read again. */
function reviewed(
  {
    pin,
    before,
    definition,
  }: {
    readonly pin: ToolPin
    readonly before: JsonObject | undefined
    readonly definition: JsonObject
  },
  { desk, reviewer }: ToolOperationsParts,
): ToolReviewed | undefined {
  if (reviewer === undefined) return undefined
  const read = before === undefined ? definition : addedPart(before, definition)
  const { findings, ...review } = reviewer(read, { server: pin.server, catalogue: desk.tools })
  const all = findings.map(({ span, ...finding }) => ({ ...finding, span: [...span] }))
  return { of: before === undefined ? 'definition' : 'added', ...review, findings: all }
}

function shownChange({ pointer, kind, severity, before, after }: DriftChange): ToolDriftChange {
  return {
    ...{ pointer, kind, severity },
    ...(before !== undefined && { before: shown(before) }),
    ...(after !== undefined && { after: shown(after) }),
  }
}

function shown(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.length <= TEXT_SHOWN ? text : `${text.slice(0, TEXT_SHOWN)}…`
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
