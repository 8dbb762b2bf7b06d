import { Type } from 'typebox'
import { DEFAULT_ANSWER_BYTES } from '../../pipeline/answer-rooms.ts'

/** The table `[limits]`: what all agents of an installation may have together. */
export const Limits = Type.Object(
  {
    answer_bytes: Type.Integer({
      description:
        'Bytes of answers of servers that are in memory at once, from their arrival until they ' +
        'have left. Each agent may have as much of it as is still free beside it.',
      default: DEFAULT_ANSWER_BYTES,
      minimum: 33_554_432,
      maximum: 1_099_511_627_776,
    }),
  },
  { additionalProperties: false },
)
