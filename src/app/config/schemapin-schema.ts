import { Type } from 'typebox'

const fingerprint = Type.String({
  pattern: '^sha256:[0-9a-f]{64}$',
  expected: '`sha256:` and 64 hex digits',
})

/** Of a server: who signs its tools, and what becomes of a tool that nobody signed. */
export const SchemaPinSchema = Type.Object(
  {
    level: Type.String({
      description:
        '`require`: a tool without a good signature is neither shown nor called. `warn`: it is, ' +
        'and its receipt says so. `off`: nobody looks.',
      default: 'require',
      pattern: '^(?:off|warn|require)$',
      expected: '`off`, `warn` or `require`',
    }),
    domains: Type.Array(Type.String(), {
      description: 'Whose signatures count: host names such as `example.com`.',
    }),
    keys: Type.Array(fingerprint, {
      description:
        'Fingerprints of the only keys that count, in place of what was pinned: how a changed ' +
        'key is accepted.',
      default: [],
    }),
    first_use: Type.String({
      description:
        'Whether the first key that is seen of a domain is pinned although nobody confirmed it: ' +
        '`pin` or `refuse`.',
      default: 'pin',
      pattern: '^(?:pin|refuse)$',
      expected: '`pin` or `refuse`',
    }),
    expired: Type.String({
      description:
        'What becomes of a signature past its `expires_at`: `accept`, with a warning, as ' +
        'SchemaPin has it; or `refuse`, also where that cannot be read.',
      default: 'accept',
      pattern: '^(?:accept|refuse)$',
      expected: '`accept` or `refuse`',
    }),
    signatures: Type.Optional(
      Type.String({
        description: 'A file of signatures for tools that bear none: `portcullis tools sign`.',
      }),
    ),
    discovery: Type.Boolean({
      description: 'Fetches `https://DOMAIN/.well-known/schemapin.json`.',
      default: true,
    }),
    bundles: Type.Array(Type.String(), {
      description: 'Trust bundles, files in JSON; asked before anything else.',
      default: [],
    }),
    bundle_keys: Type.Array(fingerprint, {
      description: 'With it each bundle must be signed by one of these keys.',
      default: [],
    }),
    documents: Type.Optional(
      Type.String({
        description: 'A folder with `DOMAIN.json` and `DOMAIN.revocations.json`.',
      }),
    ),
    dns: Type.Boolean({
      description: 'Compares the key with the TXT record of `_schemapin.DOMAIN`, if there is one.',
      default: false,
    }),
    allow_private: Type.Boolean({
      description: 'Lets the domains have addresses that are not public.',
      default: false,
    }),
  },
  {
    description: 'Signatures of its tools, as SchemaPin has them.',
    additionalProperties: false,
  },
)
