import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'

/** Of `portcullis.toml`: how long a run has the labels of the results that it was given. */
export const Labels = Type.Object(
  {
    window: Type.String({
      description:
        'How long the runs of an agent have a label, counted from the last result that gave it; ' +
        '`1m` to `366d`.',
      default: '24h',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `8h` or `7d`',
    }),
  },
  { additionalProperties: false },
)
