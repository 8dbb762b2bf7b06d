import { Type } from 'typebox'
import { DURATION_PATTERN } from './duration.ts'
import { space } from './identity-schema.ts'
import { payloadChecks } from './payload-checks-schema.ts'
import { HTTP_PROTOCOLS, STDIO_PROTOCOLS } from './protocols.ts'
import { SchemaPinSchema } from './schemapin-schema.ts'
import { PeerTlsSchema } from './tls-schema.ts'
import { ServerTrust } from './tools-schema.ts'

const callTimeout = Type.String({
  description: 'How long one call may take, at most `9m`. Then its outcome counts as unknown.',
  default: '60s',
  pattern: DURATION_PATTERN,
  expected: 'a duration such as `60s` or `2m`',
})

const isolation = Type.String({
  description: 'A session or process of its own for each `agent`, or one that is `shared` by all.',
  default: 'agent',
  pattern: '^(?:agent|shared)$',
  expected: '`agent` or `shared`',
})

const protocol = (names: readonly string[]) => {
  const sse = names.includes('sse') ? ', `sse` for HTTP with server-sent events (2024-11-05)' : ''
  return Type.String({
    description:
      'What it speaks: `auto` to find out, `2026-07-28` for MCP without sessions, `legacy` for ' +
      `MCP with sessions${sse}.`,
    default: 'auto',
    pattern: `^(?:${names.join('|')})$`,
    expected: names
      .map((name) => `\`${name}\``)
      .join(', ')
      .replace(/, (?=[^,]*$)/, ' or '),
  })
}

/** How a secret is written. */
export const secretNote = 'Write `${NAME}` to take it, or a part of it, from the environment.'

export const fulfils = Type.Array(
  Type.String({
    pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}(?:=.{1,64})?$',
    expected: '`NAME` or `NAME=VALUE` of a declared obligation',
  }),
  {
    description: 'Declared obligations that are fulfilled here, `NAME` or `NAME=VALUE`.',
    default: [],
  },
)

/** What is said of a server however it is reached. */
const ofEither = {
  call_timeout: callTimeout,
  isolation,
  ...payloadChecks,
  space,
  fulfils,
  schemapin: Type.Optional(SchemaPinSchema),
  trust: ServerTrust,
}

export const StdioServer = Type.Object(
  {
    transport: Type.Literal('stdio', { description: 'The runtime starts the server itself.' }),
    command: Type.String({ description: 'The program to start.', minLength: 1 }),
    args: Type.Array(Type.String({ secret: true }), { description: 'Its arguments.', default: [] }),
    env: Type.Record(
      Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
      Type.String({ secret: true }),
      {
        description: `All of its environment beside \`PATH\`, \`HOME\` and \`LANG\`. ${secretNote}`,
        placeholder: 'VARIABLE',
        expected: 'a name of letters, digits and `_`',
        default: {},
      },
    ),
    cwd: Type.Optional(Type.String({ description: 'The folder it starts in.' })),
    protocol: protocol(STDIO_PROTOCOLS),
    ...ofEither,
  },
  { additionalProperties: false },
)

export const HttpServer = Type.Object(
  {
    transport: Type.Literal('http', { description: 'MCP over streamable HTTP.' }),
    url: Type.String({
      description: 'Address of its MCP endpoint; `https`, unless it is on this machine.',
      secret: true,
    }),
    headers: Type.Record(
      Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
      Type.String({ secret: true }),
      {
        description: `Sent with every request: credentials that agents never see. ${secretNote}`,
        placeholder: 'HEADER',
        expected: 'the name of an HTTP header',
        default: {},
      },
    ),
    protocol: protocol(HTTP_PROTOCOLS),
    introspection_secret: Type.Optional(
      Type.String({
        description: `With it the server may ask the runtime about tokens. ${secretNote}`,
        secret: true,
      }),
    ),
    tls: Type.Optional(PeerTlsSchema),
    allow_plaintext: Type.Boolean({
      description: 'Lets `url` be plain `http` to another machine: everything can then be read.',
      default: false,
    }),
    ...ofEither,
  },
  { additionalProperties: false },
)
