import type { Action } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Caller, Ports } from '../ports.ts'

/**
 * Refuses the call of a tool whose definition is not trusted as it is now. A tool that nobody
 * defines is left to its server to refuse.
 * @throws PortcullisError the code of its standing.
 */
export function checkTool(action: Action, caller: Caller | undefined, ports: ToolPorts): void {
  if (action.kind !== 'tool.call') return
  const definition = ports.connector.target?.(action, caller)?.definition
  if (definition === undefined) return
  const { server, tool } = action
  const standing = ports.trust.standing({ server, tool, definition })
  if (standing.state === 'trusted') return
  throw new PortcullisError(standing.code, `the tool \`${tool}\` is not trusted as it is defined`)
}

type ToolPorts = Pick<Ports, 'connector' | 'trust'>
