import { randomBytes } from 'node:crypto'
import {
  ANSWER_CHARS,
  labelOf,
  POLARITIES,
  type PromptMarks,
  promptDigest,
  type ReadingPrompt,
  readingPrompt,
  undecided,
  verdictOf,
} from '../../kernel/tools/review/reading.ts'
import type { ToolReader } from '../../pipeline/ports.ts'
import { askModel, type ModelOptions } from './ask-model.ts'

/** A model as second reader of tools, asked in both polarities. */
export function createToolReader(options: ModelOptions): ToolReader {
  const { model, key } = options
  return {
    async read({ definition }) {
      const asked = POLARITIES.map((polarity) => {
        const marks = newMarks()
        return { marks, prompt: readingPrompt(definition, polarity, marks) }
      })
      const prompts = asked.flatMap(({ prompt }): ReadingPrompt[] => (prompt ? [prompt] : []))
      const prompt = promptDigest(prompts)
      if (prompts.length < asked.length)
        return { ...undecided('not_sent'), model, prompt, answers: ['', ''] }
      const [orders = '', describes = ''] = await Promise.all(
        prompts.map((each) => askModel(options, each)),
      )
      const [ofOrders, ofDescribes] = asked.map(({ marks }) => marks)
      const judged = verdictOf(
        ofOrders && labelOf(orders, ofOrders),
        ofDescribes && labelOf(describes, ofDescribes),
      )
      const answers = [kept(orders, key), kept(describes, key)] as const
      return { ...judged, model, prompt, answers }
    },
  }
}

/** An answer goes into receipts: where it repeats the key, that stays out. */
function kept(answer: string, key: string | undefined): string {
  const without = key === undefined ? answer : answer.replaceAll(key, '[key]')
  return without.slice(0, ANSWER_CHARS)
}

/** Other ones each time: who writes a definition cannot write them into it. */
function newMarks(): PromptMarks {
  const word = (bytes: number) => `k${randomBytes(bytes).toString('hex')}`
  return { fence: word(12), yes: word(4), no: word(4) }
}
