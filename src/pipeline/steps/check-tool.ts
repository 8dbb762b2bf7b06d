import type { Action } from '../../kernel/action.ts'
import { type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import type { Caller, DefinedTool, Ports, Target, ToolTrust } from '../ports.ts'

/**
 * Refuses the call of a tool whose definition is not trusted as it is now. One that its server
 * lists no more is refused by its name where it was held back; else it is left to its server.
 * Returns who would carry the action out: nobody else may.
 * @throws PortcullisError the code of its standing.
 */
export function checkTool(
  action: Action,
  caller: Caller | undefined,
  ports: ToolPorts,
): Target | undefined {
  const target = ports.connector.target?.(action, caller)
  if (action.kind !== 'tool.call') return target
  const { server, tool } = action
  const code = refusalOf({ server, tool, definition: target?.definition }, ports.trust)
  if (code === undefined) return target
  throw new PortcullisError(code, `the tool \`${tool}\` is not trusted as it is defined`)
}

function refusalOf(
  { server, tool, definition }: Omit<DefinedTool, 'definition'> & Pick<Target, 'definition'>,
  trust: ToolTrust,
): ErrorCode | undefined {
  if (definition === undefined) return trust.barred?.({ server, tool })
  const standing = trust.standing({ server, tool, definition })
  return standing.state === 'trusted' ? undefined : standing.code
}

type ToolPorts = Pick<Ports, 'connector' | 'trust'>
