import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'

/** The table `[policy]`. */
export const PolicySchema = Type.Object(
  {
    reload: Type.String({
      description:
        '`watch`: a change in `policy_dir` takes effect at once. `push`: `policy_dir` is a ' +
        'working copy, and only `portcullis policy push` and `rollback` change what is in force.',
      default: 'watch',
      pattern: '^(?:watch|push)$',
      expected: '`watch` or `push`',
    }),
    record_requests: Type.Boolean({
      description:
        'Keeps what policies read of each decided request, sealed, so that `policy diff` and ' +
        '`policy explain --receipt` can decide it again.',
      default: true,
    }),
    record_max_age: Type.String({
      description: 'How long a recorded request is kept, `1m` to `3650d`.',
      default: '30d',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `12h` or `30d`',
    }),
    record_max_count: Type.Integer({
      description: 'How many recorded requests are kept; the oldest go first.',
      default: 100_000,
      minimum: 1,
      maximum: 10_000_000,
    }),
  },
  {
    description: 'How policies change, and what is kept to try them on.',
    additionalProperties: false,
  },
)
