import type { Action } from '../../../kernel/action.ts'
import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import type { Gate } from '../../../pipeline/ports.ts'
import { META } from '../modern/era.ts'
import type { Visit } from '../visit.ts'

/**
 * MCP 2026-07-28: a request may name the level of its log. Where the agent may not set one, it asks
 * for none: what is a method in one revision is no way round its policy in another.
 */
export function withPermittedLevel(
  action: Action,
  { identity, channel }: Pick<Visit, 'identity' | 'channel'>,
  gate: Gate,
): Action {
  if (action.kind !== 'tool.call' && action.kind !== 'mcp.request') return action
  const { server, beside } = action
  if (!isJsonObject(beside?._meta)) return action
  const { [META.logLevel]: level, ...meta } = beside._meta
  if (level === undefined) return action
  const args = { level }
  const setting = { kind: 'mcp.request', server, method: 'logging/setLevel', args } as const
  if (gate.visible(identity, [setting], channel)[0] === true) return action
  return { ...action, beside: withMeta(beside, meta) }
}

function withMeta({ _meta: _, ...beside }: JsonObject, meta: JsonObject): JsonObject {
  return Object.keys(meta).length === 0 ? beside : { ...beside, _meta: meta }
}
