import type { Action } from '../../kernel/action.ts'
import {
  ERRORS,
  type ErrorCode,
  PortcullisError,
  retryAfterMs,
  unreachable,
} from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { MessageId } from '../../kernel/jsonrpc/message.ts'
import { problemText, type SchemaProblem } from '../../kernel/schema/schema-problem.ts'
import type { Outcome } from '../../pipeline/ports.ts'
import { type Answer, errorAnswer, peerErrorAnswer, resultAnswer } from './answer.ts'
import { MEMORY_TOOLS } from './memory-tools.ts'
import { STORAGE_TOOLS } from './storage-tools.ts'
import { isToolName, TOOL_NAME, toolCall } from './tool-name.ts'

/**
 * The action that the parameters of `tools/call` ask for. Whether there is such a tool is not
 * asked: the guard judges every name, so that none can be told from a forbidden one.
 * @throws PortcullisError `REQUEST_INVALID`.
 */
export function readToolCall({ name, arguments: args = {} }: JsonObject): Action {
  if (typeof name !== 'string' || !isToolName(name)) {
    throw new PortcullisError('REQUEST_INVALID', `\`name\` does not match ${TOOL_NAME}`)
  }
  if (!isJsonObject(args)) throw new PortcullisError('REQUEST_INVALID', '`arguments` is an object')
  const own = [...MEMORY_TOOLS, ...STORAGE_TOOLS].find((tool) => tool.name === name)
  return own === undefined ? toolCall(name, args) : own.action(args)
}

/** The outcome of a call as the agent hears it: a result of the tool, unless its proof failed. */
export function outcomeAnswer(id: MessageId, outcome: Outcome, operation = ''): Answer {
  return answerOf(id, outcome, { operation, isMethod: false })
}

/** The outcome of any other method: where it comes to nothing, an error. */
export function methodAnswer(id: MessageId, outcome: Outcome, operation: string): Answer {
  return answerOf(id, outcome, { operation, isMethod: true })
}

interface Asked {
  readonly operation: string
  readonly isMethod: boolean
}

function answerOf(id: MessageId, outcome: Outcome, asked: Asked): Answer {
  switch (outcome.kind) {
    case 'done':
      return resultAnswer(id, JSON.stringify(outcome.result))
    case 'failed':
      // A server's own error is told as it would be without anything in between.
      if (outcome.answered !== undefined) return peerErrorAnswer(id, outcome.answered)
      return failureAnswer(id, { ...outcome, ...asked })
    case 'refused':
      return failureAnswer(id, { ...outcome, ...asked })
    default:
      return unreachable(outcome)
  }
}

interface Failure extends Asked {
  readonly code: ErrorCode
  readonly receipt?: string
  readonly problems?: readonly SchemaProblem[]
}

function failureAnswer(id: MessageId, failure: Failure): Answer {
  const { code: exact, receipt, operation, isMethod, problems = [] } = failure
  const code = toldCode(exact)
  const data = receipt === undefined ? {} : { receipt }
  // The credential is at fault, so the answer is one of HTTP: clients then get a better one.
  if (ERRORS[code].http === 401 || code === 'SCOPE_INSUFFICIENT') {
    return errorAnswer(code, { id, operation, data })
  }
  if (isMethod) return errorAnswer(code, { id, inBand: true, data })
  const waitMs = retryAfterMs(code)
  const reference = receipt === undefined ? code : `${code}, receipt ${receipt}`
  const sentence = `${ERRORS[code].agent} (${reference})`
  const result = {
    isError: true,
    content: [{ type: 'text', text: [sentence, ...problems.map(problemText)].join('\n') }],
    _meta: {
      'portcullis/code': code,
      ...(receipt === undefined ? {} : { 'portcullis/receipt': receipt }),
      ...(waitMs === undefined ? {} : { 'portcullis/retryAfterMs': waitMs }),
      ...(problems.length === 0 ? {} : { 'portcullis/problems': problems }),
    },
  }
  return resultAnswer(id, JSON.stringify(result))
}

/** A tool that does not exist is told as one that is forbidden: names can't be probed for. */
function toldCode(code: ErrorCode): ErrorCode {
  return code === 'UPSTREAM_UNKNOWN' ? 'POLICY_DENIED' : code
}
