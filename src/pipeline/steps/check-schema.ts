import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { type Decision, permits } from '../../kernel/policy/decision.ts'
import type { DefinedTool, GuardRequest, Ports } from '../ports.ts'

type SchemaPorts = Pick<Ports, 'connector' | 'schemas'>

/** The tool that an action calls, as its server defines it; nothing where nobody defines it. */
export function definedTool(
  { action, caller }: Pick<GuardRequest, 'action' | 'caller'>,
  { connector }: Pick<Ports, 'connector'>,
): DefinedTool | undefined {
  if (action.kind !== 'tool.call') return undefined
  const definition = connector.target?.(action, caller)?.definition
  return definition && { server: action.server, tool: action.tool, definition }
}

/**
 * Why a permitted action may not go on as it was put. What a tool takes is told to those alone who
 * may call it.
 */
export function unfitArguments(
  request: GuardRequest,
  { decision }: { readonly decision: Decision },
  ports: SchemaPorts,
): PortcullisError | undefined {
  const { action } = request
  if (action.kind !== 'tool.call' || !permits(decision)) return undefined
  const tool = definedTool(request, ports)
  if (tool === undefined) return undefined
  try {
    ports.schemas.checkArguments(tool, action.args)
    return undefined
  } catch (error) {
    if (error instanceof PortcullisError && error.code !== 'INTERNAL') return error
    return new PortcullisError('SCHEMA_UNUSABLE', `checking failed: ${codeOf(error)}`)
  }
}
