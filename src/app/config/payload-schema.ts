import { Type } from 'typebox'

/** A duration, or for ever. */
const KEEPING_PATTERN = '^(?:[0-9]{1,9}(?:ms|s|m|h|d)|forever)$'
const KEEPING_IN_WORDS = 'a duration such as `90d`, or `forever`'

/** The table `[ledger.payloads]`. */
export const Payloads = Type.Object(
  {
    keep: Type.String({
      description:
        '`none`: receipts hold digests, and nothing else is kept. `redacted`: arguments and ' +
        'results are kept too, sealed, as they were passed on.',
      default: 'none',
      pattern: '^(?:none|redacted)$',
      expected: '`none` or `redacted`',
    }),
    max_bytes: Type.Integer({
      description: 'Longest payload, in bytes of JSON. An action with a longer one is refused.',
      default: 1_048_576,
      minimum: 1_024,
      maximum: 1_572_864,
    }),
    max_total_bytes: Type.Integer({
      description: 'Bytes of all kept payloads. When they are used up, actions are refused.',
      default: 10_737_418_240,
      minimum: 1_048_576,
      maximum: 1_099_511_627_776,
    }),
  },
  { description: 'What is kept of arguments and results.', additionalProperties: false },
)

/** The table `[ledger.retention]`. */
export const Retention = Type.Object(
  {
    payloads: Type.String({
      description: 'How long kept payloads stay; `1m` to `36500d`, or `forever`.',
      default: '90d',
      pattern: KEEPING_PATTERN,
      expected: KEEPING_IN_WORDS,
    }),
    receipts: Type.String({
      description:
        'How long the bodies of receipts stay, at least `1d`. After that their hashes do, and ' +
        'every proof of the others.',
      default: 'forever',
      pattern: KEEPING_PATTERN,
      expected: KEEPING_IN_WORDS,
    }),
  },
  { description: 'When what is kept goes, unless a hold stands.', additionalProperties: false },
)

/** The table `[ledger.subjects]`. */
export const Subjects = Type.Record(
  Type.String(),
  Type.String({
    pattern: '^args(?:\\.[^.]+)+$',
    expected: 'a path into the arguments such as `args.customer_id`',
  }),
  {
    description:
      'Whose data an operation is about, where that is not who asks: ' +
      '`"crm.lookup" = "args.customer_id"`.',
    placeholder: '"OPERATION"',
  },
)
