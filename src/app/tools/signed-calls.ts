import { PortcullisError } from '../../kernel/errors.ts'
import type { Connector } from '../../pipeline/ports.ts'
import type { OpenSignatures } from './open-signatures.ts'

/**
 * Servers that carry out no call of a tool whose signature is required and does not hold at this
 * moment: the definition may have changed since the decision, and a tool that the server lists to
 * nobody has none that could be signed.
 */
export function signedCalls(
  servers: Connector,
  signatures: Pick<OpenSignatures, 'known' | 'requires'>,
): Connector {
  return {
    async execute(action, identity, around) {
      if (action.kind === 'tool.call' && signatures.requires(action.server)) {
        const { server, tool } = action
        const definition = servers.target?.(action, around?.caller)?.definition
        const holds = definition && signatures.known({ server, tool, definition })?.accepted
        if (holds !== true) {
          throw new PortcullisError('TOOL_SIGNATURE_REFUSED', `\`${tool}\` is not signed as asked`)
        }
      }
      return servers.execute(action, identity, around)
    },
    target: (action, caller) => servers.target?.(action, caller),
  }
}
