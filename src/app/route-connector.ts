import type { Action } from '../kernel/action.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { Connector } from '../pipeline/ports.ts'

/** One connector made of several: which one carries out an action, its kind says. */
export function routeConnector(connectors: Record<Action['kind'], Connector>): Connector {
  return {
    execute: (action, identity, around) =>
      connectors[action.kind].execute(action, identity, around),
    target: (action, caller) => connectors[action.kind].target?.(action, caller),
  }
}

/** Carries out what a server asks: by asking the client that waits for it. */
export const askClient: Connector = {
  async execute(action, _identity, { caller } = {}) {
    if (action.kind !== 'client.request' || caller === undefined) {
      throw new PortcullisError('INTERNAL', `nobody can be asked for \`${action.kind}\``)
    }
    return caller.ask(action.server, { method: action.method, params: action.args })
  },
}
