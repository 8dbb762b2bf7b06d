import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'

/** Of `portcullis.toml`: how the keys of the ledger are changed. */
export const KeysSchema = Type.Object(
  {
    root: Type.Optional(
      Type.String({
        description:
          'Where the private root key may be, a file of `keys root create`. While it is there, ' +
          'trust documents are signed at once; moved offline, they wait to be signed.',
      }),
    ),
    rotate_every: Type.Optional(
      Type.String({
        description:
          'How old a key may become before another takes over, `1h` to `3650d`. Only once a ' +
          'trust document is published. Without it keys are rotated by hand.',
        pattern: DURATION_PATTERN,
        expected: 'a duration such as `90d`',
      }),
    ),
    overlap: Type.String({
      description: 'How long both keys sign in a rotation, at the least; `0s` to `366d`.',
      default: '7d',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `7d` or `24h`',
    }),
  },
  { additionalProperties: false },
)
