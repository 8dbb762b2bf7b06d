import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'

/** Of `portcullis.toml`: a model as second reader of tools. Without it only the rules read. */
export const Reviewer = Type.Object(
  {
    kind: Type.String({
      description: 'Whose API it speaks: `openai` (chat completions) or `anthropic` (messages).',
      pattern: '^(?:openai|anthropic)$',
      expected: '`openai` or `anthropic`',
    }),
    url: Type.String({
      description: 'The base of the API with its version.',
      // A key in the clear is a key lost: without TLS only to this machine.
      pattern: '^(?:https://|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::[0-9]+)?(?:/|$))',
      expected: '`https://…`, such as `https://api.openai.com/v1`; `http://` to this machine only',
    }),
    model: Type.String({ description: 'The model, by the name it has there.', minLength: 1 }),
    key: Type.Optional(
      Type.String({
        description: 'Its key. Write `${NAME}` to take it, or a part of it, from the environment.',
        secret: true,
        minLength: 1,
      }),
    ),
    timeout: Type.String({
      description: 'How long an answer may take. Without one, a person reviews alone.',
      default: '20s',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `20s`',
    }),
  },
  { additionalProperties: false },
)
