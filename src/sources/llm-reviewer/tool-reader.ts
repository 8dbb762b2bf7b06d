import { randomBytes } from 'node:crypto'
import {
  ANSWER_CHARS,
  labelOf,
  POLARITIES,
  type PromptMarks,
  promptDigest,
  type ReadingPrompt,
  readingPrompt,
  verdictOf,
} from '../../kernel/tools/review/reading.ts'
import type { ToolReader } from '../../pipeline/ports.ts'
import { askModel, type ModelOptions } from './ask-model.ts'

/** A model as second reader of tools, asked in both polarities. */
export function createToolReader(options: ModelOptions): ToolReader {
  const { model } = options
  return {
    async read({ definition }) {
      const asked = POLARITIES.map((polarity) => {
        const marks = newMarks()
        return { marks, prompt: readingPrompt(definition, polarity, marks) }
      })
      const prompts = asked.flatMap(({ prompt }): ReadingPrompt[] => (prompt ? [prompt] : []))
      const prompt = promptDigest(prompts)
      if (prompts.length < asked.length)
        return { verdict: 'undecided', model, prompt, answers: ['', ''] }
      const [orders = '', describes = ''] = await Promise.all(
        prompts.map((each) => askModel(options, each)),
      )
      const [ofOrders, ofDescribes] = asked.map(({ marks }) => marks)
      const verdict = verdictOf(
        ofOrders && labelOf(orders, ofOrders),
        ofDescribes && labelOf(describes, ofDescribes),
      )
      const answers = [orders.slice(0, ANSWER_CHARS), describes.slice(0, ANSWER_CHARS)] as const
      return { verdict, model, prompt, answers }
    },
  }
}

/** Other ones each time: who writes a definition cannot write them into it. */
function newMarks(): PromptMarks {
  const word = (bytes: number) => `k${randomBytes(bytes).toString('hex')}`
  return { fence: word(12), yes: word(4), no: word(4) }
}
