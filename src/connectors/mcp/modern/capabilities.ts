import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import type { AboutClient, McpMessage } from '../../../pipeline/ports.ts'

/** Revisions are dates, which sort as text. */
const FIRST_MODERN = '2026-07-28'

/** Does it open sessions, by `initialize`? */
export function isLegacy({ protocolVersion }: Pick<AboutClient, 'protocolVersion'>): boolean {
  return protocolVersion < FIRST_MODERN
}

/**
 * What a client declared, without what means nothing without a session: the tasks of 2025-11-25 are
 * not those of the extension, and there is no notification of changed roots.
 */
export function mirroredCapabilities(about: AboutClient): JsonObject {
  if (!isLegacy(about)) return about.capabilities
  const { tasks: _, ...capabilities } = about.capabilities
  return 'roots' in capabilities ? { ...capabilities, roots: {} } : capabilities
}

/** May a server ask this of its client (MCP 2026-07-28, multi round-trip requests)? */
export function mayAsk({ capabilities }: AboutClient, { method, params }: McpMessage): boolean {
  const { roots, sampling, elicitation } = capabilities
  switch (method) {
    case 'roots/list':
      return isJsonObject(roots)
    case 'sampling/createMessage':
      if (!isJsonObject(sampling)) return false
      return params.tools === undefined || isJsonObject(sampling.tools)
    case 'elicitation/create':
      if (!isJsonObject(elicitation)) return false
      if (params.mode === 'url') return isJsonObject(elicitation.url)
      return isJsonObject(elicitation.form) || elicitation.url === undefined
    default:
      return false
  }
}

export const TASKS = 'io.modelcontextprotocol/tasks'

/** Does the client know results of this type? Any other is invalid (MCP 2026-07-28, basic). */
export function knowsResultType(
  { capabilities: { extensions } }: AboutClient,
  type: string,
): boolean {
  if (type === 'complete' || type === 'input_required') return true
  if (!isJsonObject(extensions)) return false
  return type === 'task' ? TASKS in extensions : Object.keys(extensions).some((id) => id !== TASKS)
}
