import type { AdminOperations } from '../../inbound/admin/admin-operations.ts'
import { perform } from '../../inbound/admin/perform.ts'
import type { AskedOfAdmin } from '../../kernel/admin/admin-call.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Connector } from '../../pipeline/ports.ts'
import { type Caller, callerOf } from './caller.ts'

/** Carries out what was decided about administration, in the name of whoever asked. */
export class AdminConnector implements Connector {
  #operations: ((caller: Caller) => AdminOperations) | undefined

  /** From now on it is carried out by these. Until then there is nothing to administer. */
  serve(operations: (caller: Caller) => AdminOperations): void {
    this.#operations = operations
  }

  async execute(action: Parameters<Connector['execute']>[0], identity: Identity) {
    if (action.kind !== 'admin.call') {
      throw new PortcullisError('INTERNAL', `\`${action.kind}\` is no administration`)
    }
    return this.look(action.asked, identity)
  }

  /** The answer as plain JSON, as it goes out and as its digest covers it. */
  async look(asked: AskedOfAdmin, identity: Identity): Promise<JsonObject> {
    const operations = this.#operations?.(callerOf(identity))
    if (operations === undefined) {
      throw new PortcullisError('UPSTREAM_UNAVAILABLE', 'the runtime is still starting')
    }
    return JSON.parse(JSON.stringify(await perform(operations, asked)))
  }
}
