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
      'What is hidden, active or reads like an order in its results is made harmless and listed ' +
      '(`on`), only listed (`mark`), or not looked for (`off`).',
    default: 'on',
    pattern: '^(?:on|mark|off)$',
    expected: '`on`, `mark` or `off`',
  }),
}
