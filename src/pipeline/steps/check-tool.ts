import type { Action } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Caller, Ports, Target } from '../ports.ts'

/**
 * Refuses the call of a tool whose definition is not trusted as it is now. A tool that nobody
 * defines is left to its server to refuse.
 * Returns who would carry the action out: nobody else may.
 * @throws PortcullisError the code of its standing.
 */
export function checkTool(
  action: Action,
  caller: Caller | undefined,
  ports: ToolPorts,
): Target | undefined {
  const target = ports.connector.target?.(action, caller)
  const definition = target?.definition
  if (action.kind !== 'tool.call' || definition === undefined) return target
  const { server, tool } = action
  const standing = ports.trust.standing({ server, tool, definition })
  if (standing.state === 'trusted') return target
  throw new PortcullisError(standing.code, `the tool \`${tool}\` is not trusted as it is defined`)
}

type ToolPorts = Pick<Ports, 'connector' | 'trust'>
