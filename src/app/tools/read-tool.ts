import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import { toolName } from '../../kernel/tools/pin.ts'
import type { ToolReading } from '../../kernel/tools/review/reading.ts'
import type { DefinedTool, ToolReader } from '../../pipeline/ports.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'

/** A definition under review, by its fingerprint. */
export interface ToolUnderReview extends DefinedTool {
  readonly fingerprint: string
}

export interface ReadingPorts extends EventPorts {
  readonly reader: ToolReader
  /** Who asked. */
  readonly by: EventBy
}

/**
 * Asks the second reader about a tool and records what it said before anybody acts on it: whose
 * model it was, the digest of what it was asked, and both answers.
 * @throws PortcullisError `TOOL_READER_FAILED`, `LEDGER_*`
 */
export async function readTool(
  { fingerprint, ...tool }: ToolUnderReview,
  { reader, by, ...ports }: ReadingPorts,
): Promise<ToolReading> {
  const reading = await reader.read(tool)
  const { verdict, reason, model, prompt, answers } = reading
  const told = { tool: toolName(tool), fingerprint, verdict, reason, model, answers }
  const detail = JSON.stringify(told)
  await recordEvent(ports, { name: 'tool.reviewed', detail, digest: prompt }, by)
  return reading
}
