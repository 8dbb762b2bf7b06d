import type { ToolReading } from '../../kernel/tools/review/reading.ts'
import type { DefinedTool, ToolReader } from '../../pipeline/ports.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'

/**
 * Asks the second reader about a tool and records what it said before anybody acts on it: whose
 * model it was, the digest of what it was asked, and both answers.
 * @throws PortcullisError `TOOL_READER_FAILED`, `LEDGER_*`
 */
export async function readTool(
  tool: DefinedTool,
  { reader, ...ports }: EventPorts & { readonly reader: ToolReader },
): Promise<ToolReading> {
  const reading = await reader.read(tool)
  const { verdict, model, prompt, answers } = reading
  const name = `${tool.server}.${tool.tool}`
  const detail = JSON.stringify({ tool: name, verdict, model, answers })
  await recordEvent(ports, { name: 'tool.reviewed', detail, digest: prompt })
  return reading
}
