import type { Action } from '../kernel/action.ts'
import type { Connector } from '../pipeline/ports.ts'

/** One connector made of several: which one carries out an action, its kind says. */
export function routeConnector(connectors: Record<Action['kind'], Connector>): Connector {
  return {
    execute: (action, identity, asked) => connectors[action.kind].execute(action, identity, asked),
    target: (action) => connectors[action.kind].target?.(action),
  }
}
