import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Answer } from '../answer.ts'
import { aboutScope } from '../scopes/about-scope.ts'
import { ALL_VERSIONS, META } from './era.ts'
import type { Modern, Request } from './modern.ts'
import { answered, completed } from './modern-answer.ts'

/**
 * MCP 2026-07-28, discovery: what there is here for this agent. It is no probe, so it leaves no
 * receipt.
 * @throws PortcullisError `MCP_SERVER_UNKNOWN`, `UPSTREAM_*`.
 */
export async function discover(request: Request, { door }: Modern): Promise<Answer> {
  const { id, visit, server, client, method } = request
  const about = await aboutScope({ visit, server, client }, door)
  const { capabilities, serverInfo, instructions, beside } = about
  const result: JsonObject = {
    ...beside,
    supportedVersions: ALL_VERSIONS,
    capabilities: modernCapabilities(capabilities),
    ...(instructions === undefined ? {} : { instructions }),
    _meta: { [META.server]: serverInfo },
  }
  return answered(id, completed(method, result))
}

/** Without what there was in revisions before alone: tasks are an extension now. */
export function modernCapabilities({ tasks: _, ...capabilities }: JsonObject): JsonObject {
  return capabilities
}
