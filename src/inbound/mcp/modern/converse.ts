import { codeOf } from '../../../kernel/errors.ts'
import type { JsonObject } from '../../../kernel/json/value.ts'
import type { Answer } from '../answer.ts'
import { type Served, serveMethod } from '../serve-method.ts'
import { outcomeAnswer } from '../tool-call.ts'
import type { Door } from '../visit.ts'
import { Conversation, type Leg, type Turn } from './conversation.ts'
import { answersTo, type Call, callerOfCall, inputWanted } from './input.ts'
import { LegStream } from './leg-stream.ts'
import type { Modern, Request } from './modern.ts'
import { answered, completed, inputRequired, translated } from './modern-answer.ts'
import { type Binding, bindingOf } from './open-inputs.ts'
import { checkTaskMethod, checkTaskResult } from './tasks.ts'

/**
 * One request of a client that is answered by what it asks for. Its response is its own: closed, it
 * cancels the call (MCP 2026-07-28, cancellation).
 */
export async function converse(request: Request, modern: Modern): Promise<Answer> {
  const { visit, envelope, server, method } = request
  const stream = new LegStream(visit, envelope, modern.door.limits)
  const binding = bindingOf(visit.identity, { server, method, params: envelope.params })
  const leg = { visit, envelope, stream }
  const conversation = resumed(leg, binding, modern) ?? begun(leg, request, modern)
  const left = () => conversation.cancel('CLIENT_SILENT')
  visit.response.once('close', left)
  if (visit.response.destroyed) left()
  try {
    const turn = await conversation.turn
    stream.stop()
    return stream.answer(await answerOf(turn, { ...request, conversation, binding }, modern))
  } catch (error) {
    const { refuse } = modern
    return stream.answer(await refuse(error, visit))
  } finally {
    stream.stop()
    visit.response.off('close', left)
  }
}

/** @throws PortcullisError `REQUEST_STATE_REFUSED`. */
function resumed(leg: Leg, binding: Binding, { inputs, door }: Modern): Conversation | undefined {
  const { requestState: state } = leg.envelope
  if (state === undefined) return undefined
  try {
    const conversation = inputs.take(state, binding)
    conversation.resume(leg)
    return conversation
  } catch (error) {
    const { identity, channel } = leg.visit
    if (inputs.isForeign(state, binding)) door.gate.crossed('a request state', channel, identity)
    throw error
  }
}

function begun(leg: Leg, request: Request, modern: Modern): Conversation {
  const { server, method, presence, client } = request
  const conversation = new Conversation(leg, modern.limits)
  const call: Call = { conversation, client, server, method }
  checkTaskMethod(method)
  presence.busy++
  modern.live.add(conversation)
  conversation.begin(() => carriedOut(call, leg.envelope.params, modern.door))
  void conversation.ended.then(() => {
    presence.busy--
    modern.live.delete(conversation)
  })
  return conversation
}

/** Asks the server, and asks it again with what it wanted to know, until it has a result. */
async function carriedOut(call: Call, params: JsonObject, door: Door): Promise<Served> {
  const { conversation, server, method } = call
  const caller = callerOfCall(call, door)
  const gone = conversation.cancelled
  let input: JsonObject = {}
  for (;;) {
    const { visit, stream } = conversation.leg
    const onHeld = stream.held.bind(stream)
    // The answer leaves by whichever request is there then.
    const response = () => conversation.leg.visit.response
    const asking = { visit, server, response, waiting: { caller, gone, onHeld } }
    const served = await serveMethod({ method, params: { ...params, ...input } }, asking, door)
    const wanted = inputWanted(served, call)
    if (wanted === undefined) return served
    input = await answersTo(wanted, call, door)
  }
}

interface Ending extends Request {
  readonly conversation: Conversation
  readonly binding: Binding
}

async function answerOf(turn: Turn, ending: Ending, modern: Modern): Promise<Answer> {
  const { id, conversation, binding } = ending
  switch (turn.kind) {
    case 'served':
      return servedAnswer(turn.served, ending, modern)
    case 'asks':
      return answered(id, inputRequired(turn.requests, kept(conversation, binding, modern)))
    case 'failed':
      throw turn.error
  }
}

/** Whoever can't come back is not waited for. */
function kept(conversation: Conversation, binding: Binding, { inputs }: Modern): string {
  try {
    return inputs.keep(conversation, binding)
  } catch (error) {
    conversation.cancel(codeOf(error))
    throw error
  }
}

function servedAnswer(served: Served, request: Request, modern: Modern): Answer {
  const { id, method, server, client } = request
  // One server speaks for itself.
  const self = server === undefined ? modern.self : undefined
  if (served.kind === 'listed') {
    return answered(id, completed(method, JSON.parse(served.result) as JsonObject, self))
  }
  const { outcome, operation } = served
  if (outcome.kind !== 'done') {
    return translated(outcomeAnswer(id, outcome, operation), method, self)
  }
  const { result } = outcome
  checkTaskResult(result, client)
  return answered(id, completed(method, result, self))
}
