import type { ToolReading } from '../kernel/tools/review/reading.ts'
import type { DefinedTool } from './tool-ports.ts'

/**
 * A second reader of a tool's definition: a model that answers a question about it. What it says is
 * advice for a person; it opens nothing and closes nothing.
 */
export interface ToolReader {
  /** Rejects `TOOL_READER_FAILED` when there is no answer within its bounds. */
  read(tool: DefinedTool): Promise<ToolReading>
}
