import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../kernel/json/value.ts'
import type { ReadingPrompt } from '../../kernel/tools/review/reading.ts'

/** A model behind an endpoint. */
export interface ModelOptions {
  /** Whose API the endpoint speaks: `POST …/chat/completions` or `POST …/messages`. */
  readonly kind: 'openai' | 'anthropic'
  /** The base of the API, with its version: `https://api.openai.com/v1`. */
  readonly url: string
  readonly model: string
  /** Absent where the endpoint asks for none, as on this machine. */
  readonly key?: string
  readonly waitMs: number
}

/** More than one word is no answer, so little room is given for it. */
export const MAX_ANSWER_TOKENS = 64
export const MAX_RESPONSE_BYTES = 65_536

const ANTHROPIC_VERSION = '2023-06-01'

/**
 * One answer of a model. No error holds the key, the prompt or the response; redirects are refused,
 * for the key would follow them.
 * @throws PortcullisError `TOOL_READER_FAILED`
 */
export async function askModel(options: ModelOptions, prompt: ReadingPrompt): Promise<string> {
  const { path, headers, body } = SHAPES[options.kind].request(options, prompt)
  const target = new URL(`${options.url.replace(/\/$/, '')}/${path}`)
  const signal = AbortSignal.timeout(options.waitMs)
  let text: string
  try {
    const response = await fetch(target, {
      method: 'POST',
      redirect: 'error',
      signal,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    text = await boundedText(response)
    if (!response.ok) throw failed(`the reviewer answered ${response.status}`)
  } catch (error) {
    if (error instanceof PortcullisError) throw error
    throw failed(signal.aborted ? 'the reviewer took too long' : 'the reviewer is out of reach')
  }
  const answer = SHAPES[options.kind].answer(parsed(text))
  if (answer === undefined) throw failed('the reviewer answered in another shape')
  return answer
}

interface Shape {
  readonly request: (options: ModelOptions, prompt: ReadingPrompt) => Request
  readonly answer: (response: JsonValue) => string | undefined
}

interface Request {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
}

/** As https://platform.openai.com/docs/api-reference/chat and https://docs.anthropic.com/en/api. */
const SHAPES: Readonly<Record<ModelOptions['kind'], Shape>> = {
  openai: {
    request: ({ model, key }, { system, user }) => ({
      path: 'chat/completions',
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: {
        ...{ model, max_tokens: MAX_ANSWER_TOKENS, temperature: 0 },
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: user },
        ],
      },
    }),
    answer: (response) => {
      const choices = isJsonObject(response) ? response.choices : undefined
      const [first] = Array.isArray(choices) ? choices : []
      const message = isJsonObject(first) ? first.message : undefined
      return isJsonObject(message) && typeof message.content === 'string'
        ? message.content
        : undefined
    },
  },
  anthropic: {
    request: ({ model, key }, { system, user }) => ({
      path: 'messages',
      headers: {
        'anthropic-version': ANTHROPIC_VERSION,
        ...(key !== undefined && { 'x-api-key': key }),
      },
      body: {
        ...{ model, max_tokens: MAX_ANSWER_TOKENS, temperature: 0, system },
        messages: [{ role: 'user', content: user }],
      },
    }),
    answer: (response) => {
      const content = isJsonObject(response) ? response.content : undefined
      if (!Array.isArray(content)) return undefined
      const texts = content.flatMap((part: JsonValue) =>
        isJsonObject(part) && part.type === 'text' && typeof part.text === 'string'
          ? [part.text]
          : [],
      )
      return texts.length === 0 ? undefined : texts.join('')
    },
  },
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_RESPONSE_BYTES) throw failed('the reviewer answered too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    // The response may hold the prompt, and with it what a stranger wrote: it is not kept as cause.
    throw failed('the reviewer answered no JSON')
  }
}

function failed(message: string): PortcullisError {
  return new PortcullisError('TOOL_READER_FAILED', message)
}
