import type { Action } from '../../src/kernel/action.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { Caller } from '../../src/pipeline/ports.ts'
import { type InMemoryGateOptions, inMemoryGate } from './in-memory-gate.ts'

/** What agents may be asked by the server `slack`. */
const ASKED = ['elicitation.create', 'sampling.createMessage', 'roots.list'].map(
  (method) => `slack.mcp.${method} slack`,
)

export const CAN_ALL: JsonObject = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {} },
  roots: {},
}

/** A gate in front of what carries actions out, which may ask the agent meanwhile. */
export function askingGate(carryOut: NonNullable<InMemoryGateOptions['carryOut']>) {
  const all = ['slack.post', 'files.read', ...ASKED]
  const permits = { sales: all, research: all, silent: ['slack.post'] }
  return inMemoryGate({ permits, carryOut })
}

export const elicit = (message: string): JsonObject => ({
  mode: 'form',
  message,
  requestedSchema: {},
})

/** A server of the revisions before: it asks while it works, and says what it was answered. */
export async function legacyServer(action: Action, caller?: Caller): Promise<JsonObject> {
  if (action.kind !== 'tool.call' || caller === undefined) return { content: [] }
  const questions = Array.isArray(action.args.ask) ? action.args.ask.map(String) : ['name?']
  const answers = await Promise.all(
    questions.map((message) =>
      caller.ask('slack', { method: 'elicitation/create', params: elicit(message) }),
    ),
  )
  return { content: [{ type: 'text', text: JSON.stringify(answers) }] }
}

/** A server of this era: it keeps nothing, and answers with a question until it knows enough. */
export async function modernServer(action: Action): Promise<JsonObject> {
  const { inputResponses, requestState } = action.kind === 'tool.call' ? (action.beside ?? {}) : {}
  if (inputResponses !== undefined) {
    const said = { inputResponses, requestState: requestState ?? null }
    return { resultType: 'complete', content: [{ type: 'text', text: JSON.stringify(said) }] }
  }
  const inputRequests = { name: { method: 'elicitation/create', params: elicit('name?') } }
  return { resultType: 'input_required', inputRequests, requestState: 'its own' }
}
