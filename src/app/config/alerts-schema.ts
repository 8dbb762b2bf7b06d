import { Type } from 'typebox'
import { DEFAULT_REFUSAL_BOUNDS } from '../../kernel/alerts/refusal-counts.ts'

/** Of `portcullis.toml`: when refusals raise an alert, and how many have receipts of their own. */
export const Alerts = Type.Object(
  {
    alert_after: Type.Integer({
      description: 'Refusals of one source or agent within a minute that raise an alert.',
      default: DEFAULT_REFUSAL_BOUNDS.alertAfter,
      minimum: 1,
      maximum: 1_000_000,
    }),
    receipts_per_source: Type.Integer({
      description:
        'Refusals of one source within a minute that have receipts of their own while nobody is ' +
        'proved. The others are counted and recorded as one.',
      default: DEFAULT_REFUSAL_BOUNDS.receiptsPerSource,
      minimum: 1,
      maximum: 1_000_000,
    }),
    receipts: Type.Integer({
      description: 'The same of all sources together.',
      default: DEFAULT_REFUSAL_BOUNDS.receipts,
      minimum: 1,
      maximum: 1_000_000,
    }),
  },
  { additionalProperties: false },
)
