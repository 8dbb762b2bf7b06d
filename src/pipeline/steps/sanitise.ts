import { type Action, withArgs } from '../../kernel/action.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { Redaction } from '../../kernel/receipt/receipt.ts'
import {
  type SanitisedResult,
  sanitiseResult,
  toldInMeta,
} from '../../kernel/sanitise/sanitise-result.ts'
import type { Sanitising } from '../../kernel/sanitise/sanitise-text.ts'
import type { Ports, SanitisingMode } from '../ports.ts'

/** Findings of one action that are remembered; a server may say as much as it likes. */
export const MAX_FINDINGS = 256

/**
 * Makes harmless what a server says in the course of one action, and remembers what it was. Where
 * nobody looks, everything counts as if it read like an order: a label that hangs on it is given.
 */
export class Sanitiser {
  readonly #mode: SanitisingMode
  /** Is the result the server's, or what somebody answers it? */
  readonly #answers: boolean
  readonly findings: Redaction[] = []
  marked: boolean

  constructor(mode: SanitisingMode, { answers = true } = {}) {
    this.#mode = mode
    this.#answers = answers
    this.marked = mode === 'off'
  }

  /** What a server says, as it may reach the agent. */
  said(payload: JsonObject): JsonObject {
    return this.#look(payload).value
  }

  /** A result, which tells itself what was found in it. */
  result(payload: JsonObject): JsonObject {
    return this.#answers ? toldInMeta(this.#look(payload)) : payload
  }

  #look(payload: JsonObject) {
    if (this.#mode === 'off') return { value: payload, findings: [], marked: true }
    const sanitised = sanitisedBy(this.#mode, payload)
    this.marked ||= sanitised.marked
    const room = Math.max(MAX_FINDINGS - this.findings.length, 0)
    this.findings.push(...sanitised.findings.slice(0, room))
    return sanitised
  }
}

/** @throws PortcullisError `OBLIGATION_FAILED`: what cannot be looked through goes nowhere. */
function sanitisedBy(mode: Sanitising, payload: JsonObject): SanitisedResult {
  try {
    return sanitiseResult(payload, mode)
  } catch (cause) {
    const message = 'what a server said could not be looked through'
    throw new PortcullisError('OBLIGATION_FAILED', message, { cause })
  }
}

/** For one action: what the runtime itself gives, and what clients answer, stays as it is. */
export function sanitiserOf(action: Action, { sanitising }: Pick<Ports, 'sanitising'>): Sanitiser {
  switch (action.kind) {
    case 'tool.call':
    case 'mcp.request':
      return new Sanitiser(sanitising(action.server))
    case 'client.request':
      return new Sanitiser(sanitising(action.server), { answers: false })
    default:
      return new Sanitiser('off')
  }
}

/** What a server asks of a client, as it may reach the client. */
export function sanitisedRequest(action: Action, sanitiser: Sanitiser): Action {
  if (action.kind !== 'client.request') return action
  return withArgs(action, sanitiser.said(action.args))
}
