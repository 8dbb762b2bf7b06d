import { ERRORS, type ErrorCode, PortcullisError } from '../../kernel/errors.ts'

export interface ClientErrorOptions extends ErrorOptions {
  /** Of the HTTP answer; absent where there was none. */
  readonly status?: number
  /** Id of the receipt that the runtime left. */
  readonly receipt?: string
  /** How often the request was sent. */
  readonly attempts?: number
}

/** A call that failed: by a code of the runtime, or because there was no answer. */
export class ClientError extends PortcullisError {
  readonly status: number | undefined
  readonly receipt: string | undefined
  readonly attempts: number
  /** What to do about it, for whoever operates the runtime. */
  readonly remedy: string

  constructor(code: ErrorCode, message: string, options: ClientErrorOptions = {}) {
    const { status, receipt, attempts = 1, ...rest } = options
    super(code, message, rest)
    this.status = status
    this.receipt = receipt
    this.attempts = attempts
    this.remedy = ERRORS[code].remedy
  }
}

/** The error that an answer tells, if it is one of the runtime. */
export function errorOf(
  body: unknown,
  { status, attempts }: { readonly status: number; readonly attempts: number },
): ClientError {
  const { code, message, receipt } = membersOf(membersOf(body).error)
  const told = typeof receipt === 'string' ? { receipt } : {}
  if (isErrorCode(code) && typeof message === 'string') {
    return new ClientError(code, message, { status, attempts, ...told })
  }
  const text = `an answer with status ${status} that the runtime did not write`
  return new ClientError('CLIENT_PROTOCOL', text, { status, attempts })
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code)
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
