import type { ErrorBody } from '../../contract/admin-api.ts'
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts'
import { sayingOf } from './guarded.ts'

/** A refusal as the contract has it. */
export function errorBody(code: ErrorCode, message = sayingOf(code)): ErrorBody {
  return { error: { code, message, remedy: ERRORS[code].remedy } }
}
