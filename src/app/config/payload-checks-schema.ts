import { Type } from 'typebox'

/** Of a server in `portcullis.toml`: what is asked of what its tools take and give. */
export const payloadChecks = {
  schema: Type.String({
    description:
      'Arguments and results are checked by the schemas of its tools. A tool whose schema cannot ' +
      'be used is refused (`strict`) or called without that check (`lenient`).',
    default: 'strict',
    pattern: '^(?:strict|lenient)$',
    expected: '`strict` or `lenient`',
  }),
  sanitise: Type.String({
    description:
      'What of its results is hidden is made visible and listed, with what is active markup or ' +
      'reads like an order (`on`); markup is made harmless too (`strict`); all of it is only ' +
      'listed (`mark`), or not looked for (`off`).',
    default: 'on',
    pattern: '^(?:strict|on|mark|off)$',
    expected: '`strict`, `on`, `mark` or `off`',
  }),
}
