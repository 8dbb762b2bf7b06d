import { Type } from 'typebox'
import { TRUST_MODES } from '../../kernel/tools/pin.ts'
import { DURATION_PATTERN } from './duration.ts'

const mode = {
  pattern: `^(?:${TRUST_MODES.join('|')})$`,
  expected: TRUST_MODES.map((each) => `\`${each}\``).join(' or '),
}

/** Of `portcullis.toml`: when what a server says of its tools is trusted. */
export const ToolsSchema = Type.Object(
  {
    trust: Type.String({
      description:
        'With `first_use` a tool is trusted as it is seen first, with `review` once an operator ' +
        'has approved it. A tool that changes is held back either way.',
      default: 'first_use',
      ...mode,
    }),
    relist: Type.String({
      description: 'How often servers are asked for their tools, whatever they announce.',
      default: '5m',
      pattern: DURATION_PATTERN,
      expected: 'a duration such as `1m` or `1h`, from `1s` to `1d`',
    }),
  },
  { additionalProperties: false },
)

/** The same for one server. */
export const ServerTrust = Type.Optional(
  Type.String({ description: 'Of this server alone, in place of `tools.trust`.', ...mode }),
)
