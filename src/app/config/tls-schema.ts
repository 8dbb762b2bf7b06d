import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'

const DURATION = { pattern: DURATION_PATTERN, expected: 'a duration such as `1h` or `30d`' }

/** Of `portcullis.toml`: what a listener shows, and what it asks of those who connect. */
export const ListenerTlsSchema = Type.Object(
  {
    cert: Type.String({
      description: 'Certificate chain, a file in PEM; or `own`: one of the own authority.',
    }),
    key: Type.Optional(
      Type.String({ description: 'Its private key, a file in PEM. Not beside `cert = "own"`.' }),
    ),
    client_ca: Type.Optional(
      Type.String({
        description:
          'Whose client certificates count: a file in PEM, or `own` for SVIDs of the own ' +
          'authority. Without it clients are asked for none.',
      }),
    ),
    client_certificate: Type.String({
      description: 'Whether a client may come without a certificate: `optional` or `required`.',
      default: 'optional',
      pattern: '^(?:optional|required)$',
      expected: '`optional` or `required`',
    }),
  },
  { description: 'With it the listener speaks TLS 1.3.', additionalProperties: false },
)

/** Of `portcullis.toml`: whom the runtime believes it speaks to, and how it proves itself there. */
export const PeerTlsSchema = Type.Object(
  {
    ca: Type.Optional(
      Type.String({
        description:
          'Whose certificates count there: a file in PEM, or `own`; else those that Node knows.',
      }),
    ),
    cert: Type.Optional(
      Type.String({
        description: 'Client certificate, a file in PEM; or `own`: the SVID of the runtime.',
      }),
    ),
    key: Type.Optional(
      Type.String({ description: 'Its private key, a file in PEM. Not beside `cert = "own"`.' }),
    ),
    pins: Type.Array(
      Type.String({
        pattern: '^sha256:[A-Za-z0-9+/]{43}=$',
        expected: '`sha256:` and the base64 of a SHA-256 of a public key (SPKI)',
      }),
      {
        description:
          'Public keys, one of which must stand in the chain shown there (RFC 7469 section 2.4).',
        default: [],
      },
    ),
    server_name: Type.Optional(
      Type.String({ description: 'The name its certificate bears, where it is not the address.' }),
    ),
    min_version: Type.String({
      description: 'Oldest version of TLS that is spoken there: `1.3`, or `1.2`.',
      default: '1.3',
      pattern: '^1[.][23]$',
      expected: '`1.3` or `1.2`',
    }),
  },
  { description: 'TLS to it. TLS 1.3 without it, too.', additionalProperties: false },
)

/** Of `portcullis.toml`: certificates of the own authority, and warnings before any one ends. */
export const CertificatesSchema = Type.Object(
  {
    svid_ttl: Type.String({
      description: 'Life of the certificates that the runtime issues, `1m` to `24h`.',
      default: '1h',
      ...DURATION,
    }),
    warn_before: Type.Array(Type.String(DURATION), {
      description:
        'How long before a certificate ends there is a warning; `1m` to `366d`, each once.',
      default: ['30d', '7d', '1d'],
    }),
  },
  { additionalProperties: false },
)
