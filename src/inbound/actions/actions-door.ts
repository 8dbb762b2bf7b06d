import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Candidate } from '../../kernel/acl/candidate.ts'
import type { Action } from '../../kernel/action.ts'
import {
  codeOf,
  ERRORS,
  type ErrorCode,
  PortcullisError,
  retryAfterMs,
} from '../../kernel/errors.ts'
import type { Credential } from '../../kernel/identity/credential.ts'
import { ownerOf } from '../../kernel/identity/owner.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { parseStrictJson } from '../../kernel/json/parse-strict.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { Answers, Channel, Gate, Log, Outcome } from '../../pipeline/ports.ts'
import { inRoom } from '../answer-room.ts'
import { READ_ACL, readClaim } from '../read-acl.ts'
import { readBody } from '../read-body.ts'
import { memoryRead, memoryWrite } from '../read-memory.ts'
import { READ_STORAGE } from '../read-storage.ts'
import { logDefect, recordRefusal } from '../record-refusal.ts'
import { addCrossOrigin } from './cross-origin.ts'

/** Bytes of one body: the largest object that can be stored, as base64 in JSON, and its frame. */
export const ACTION_BODY_LIMIT = 12 * 1024 * 1024
/** Milliseconds for a body to arrive. */
export const ACTION_BODY_WAIT = 20_000

/** What one request takes of its sender's share. */
interface Share {
  take(bytes: number): void
  leave(): void
}

export interface ActionsDoorOptions {
  readonly gate: Gate
  readonly log: Log
  /** What a request presents to prove who sends it. */
  readonly credentialOf: (request: FastifyRequest['raw']) => Credential
  /** The action that a call of a tool by its name is. */
  readonly readCall: (params: JsonObject) => Action
  /** @throws PortcullisError `REQUEST_BUSY` for a sender that has too much under way. */
  readonly enter: (owner: string) => Share
  /** What answers take of memory, of all doors together. */
  readonly answers: Answers
}

type Read = (args: JsonObject) => Action

/**
 * Actions over plain HTTP, one route for each, for programs that use the SDK. `POST` alone, with
 * names in the body: an address may be respelt on its way, a body is not.
 */
export function createActionsDoor(options: ActionsDoorOptions): FastifyPluginAsync {
  const routes: Readonly<Record<string, Read>> = {
    ...READ_STORAGE,
    ...READ_ACL,
    'memory.read': memoryRead,
    'memory.write': memoryWrite,
    'tools.call': options.readCall,
  }
  return async (server: FastifyInstance) => {
    addCrossOrigin(server)
    for (const [operation, read] of Object.entries(routes)) {
      server.post(`/v1/${operation.replace('.', '/')}`, (request, reply) =>
        serve({ request, reply, read }, options),
      )
    }
  }
}

interface Visit {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly read: Read
}

async function serve({ request, reply, read }: Visit, options: ActionsDoorOptions) {
  const { gate, log } = options
  const { raw } = request
  const channel: Channel = { door: 'actions', peer: raw.socket.remoteAddress ?? '-', run: '-' }
  const credential = options.credentialOf(raw)
  let identity: Identity
  try {
    identity = await gate.admit(credential, channel)
  } catch (error) {
    // The gate has recorded it.
    return refusal(reply, codeOf(error))
  }
  try {
    const asked = await readRequest(raw, read, options.enter(ownerOf(identity)))
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const leaving = { identity, response: () => reply.raw }
    const outcome = await inRoom(options.answers, leaving, (room) =>
      gate.guard({ ...asked, credential, channel, room, gone: gone.signal }),
    )
    return await answer(reply, outcome)
  } catch (error) {
    const code = codeOf(error)
    logDefect(channel.door, error, log)
    await recordRefusal({ code, channel, identity }, gate, log)
    return refusal(reply, code)
  }
}

interface Asked {
  readonly action: Action
  readonly candidate: Candidate | undefined
}

async function readRequest(raw: FastifyRequest['raw'], read: Read, share: Share): Promise<Asked> {
  try {
    checkMediaType(raw.headers['content-type'])
    const limits = { limitBytes: ACTION_BODY_LIMIT, waitMs: ACTION_BODY_WAIT }
    const body = parseStrictJson(await readBody(raw, { ...limits, onBytes: share.take }))
    const { candidate, args = {}, ...rest } = isJsonObject(body) ? body : { body }
    if (!isJsonObject(args) || Object.keys(rest).length > 0) {
      throw new PortcullisError('REQUEST_INVALID', 'the body holds `candidate` and `args`')
    }
    const action = withKey(read(args), raw.headers['idempotency-key'])
    return { action, candidate: readClaim(candidate) }
  } finally {
    share.leave()
  }
}

function checkMediaType(type = ''): void {
  const [essence = ''] = type.split(';')
  if (essence.trim().toLowerCase() === 'application/json') return
  throw new PortcullisError('REQUEST_CONTENT_TYPE', 'the body is not `application/json`')
}

/** The caller's own name for a change: 8 to 128 visible characters. */
const KEY = /^[!-~]{8,128}$/u

function withKey(action: Action, key: string | string[] | undefined): Action {
  if (key === undefined) return action
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new PortcullisError('REQUEST_INVALID', '`Idempotency-Key` is 8 to 128 visible characters')
  }
  const keeps = action.kind === 'storage.write' || action.kind === 'storage.delete'
  return keeps ? { ...action, request: key } : action
}

function answer(reply: FastifyReply, outcome: Outcome) {
  if (outcome.kind !== 'done') return refusal(reply, told(outcome.code), outcome.receipt)
  const { result, receipt } = outcome
  return reply.send({ result: result.structuredContent ?? result, receipt })
}

/** A tool that does not exist is told as one that is forbidden: names can't be probed for. */
function told(code: ErrorCode): ErrorCode {
  return code === 'UPSTREAM_UNKNOWN' ? 'POLICY_DENIED' : code
}

function refusal(reply: FastifyReply, code: ErrorCode, receipt?: string) {
  const { http, agent: message } = ERRORS[code]
  if (http === 401)
    reply.header('www-authenticate', code === 'IDENTITY_UNPROVED' ? 'DPoP' : 'Bearer')
  const waitMs = retryAfterMs(code)
  if (waitMs !== undefined) reply.header('retry-after', Math.ceil(waitMs / 1000))
  if (http === 408) reply.header('connection', 'close')
  return reply
    .code(http)
    .send({ error: { code, message, ...(receipt !== undefined && { receipt }) } })
}
