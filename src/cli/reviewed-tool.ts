import type { AdminClient, ToolToReview } from '../client/admin-client.ts'
import { PortcullisError } from '../kernel/errors.ts'

/** What there is to review of one tool. @throws PortcullisError `TOOL_UNKNOWN`. */
export async function reviewedTool(runtime: AdminClient, name: string): Promise<ToolToReview> {
  const { tools } = await runtime.reviewTools({ tool: name })
  const tool = tools.find((each) => each.tool === name)
  if (tool !== undefined) return tool
  throw new PortcullisError('TOOL_UNKNOWN', `no tool \`${name}\` was ever seen`)
}
