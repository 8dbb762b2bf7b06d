import { type Action, operationOf } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { covers } from '../../kernel/identity/scopes.ts'

/** Is the credential for this operation at all? What policies say of it is another question. */
export function isInScope(action: Action, { scopes }: Identity): boolean {
  return covers(scopes, operationOf(action))
}

/** @throws PortcullisError `SCOPE_INSUFFICIENT`. */
export function checkScope(action: Action, identity: Identity): void {
  if (isInScope(action, identity)) return
  throw new PortcullisError('SCOPE_INSUFFICIENT', 'the credential is not for this operation')
}
