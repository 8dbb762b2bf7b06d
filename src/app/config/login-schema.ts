import { type Static, Type } from 'typebox'
import { TENANT_PATTERN } from '../../kernel/identity/tenant.ts'
import { DURATION_PATTERN } from './duration.ts'

const secretNote = 'Write `${NAME}` to take it, or a part of it, from the environment.'

const tenants = Type.Array(Type.String({ pattern: TENANT_PATTERN.source }), {
  description: 'Organisations whose people it vouches for.',
  default: ['default'],
})

const ca = Type.Optional(
  Type.String({ description: 'The authority that signs its certificate, a file in PEM.' }),
)

const Mapping = (description: string, placeholder: string) =>
  Type.Record(Type.String(), Type.String(), { description, placeholder, default: {} })

const RoleMapping = (description: string, placeholder: string) =>
  Type.Record(Type.String(), Type.Array(Type.String()), { description, placeholder, default: {} })

const Ldap = Type.Object(
  {
    url: Type.String({
      description: '`ldaps://…`; `ldap://…` only with `start_tls` or on this machine.',
      pattern: '^ldaps?://[^/?#@\\s]+/?$',
      expected: 'an address such as `ldaps://directory.example.com`',
    }),
    start_tls: Type.Boolean({
      description: 'Encrypts a connection to `ldap://` before anything is said.',
      default: false,
    }),
    ca,
    bind_dn: Type.Optional(
      Type.String({ description: 'Who looks people up; without it nobody in particular.' }),
    ),
    bind_password: Type.Optional(
      Type.String({ description: `Its password. ${secretNote}`, secret: true, minLength: 1 }),
    ),
    base: Type.String({ description: 'Where people are looked for, and below.', minLength: 1 }),
    filter: Type.String({
      description: 'Who is meant by a name; what was typed is escaped.',
      default: '(&(objectClass=person)(uid={name}))',
      pattern: '^\\(.*\\{name\\}.*\\)$',
      expected: 'a filter in brackets with `{name}` in it',
    }),
    id_attribute: Type.String({ description: 'What people are called here.', default: 'uid' }),
    group_base: Type.Optional(
      Type.String({
        description: 'Where groups are looked for, if `memberOf` of a person does not tell them.',
      }),
    ),
    group_filter: Type.String({
      description: 'The groups of a person.',
      default: '(&(objectClass=groupOfNames)(member={dn}))',
      pattern: '^\\(.*\\{dn\\}.*\\)$',
      expected: 'a filter in brackets with `{dn}` in it',
    }),
    roles: RoleMapping('Roles by group: `"cn=ops,dc=example,dc=com" = ["operator"]`.', '"GROUP"'),
    attributes: Mapping('What policies read of a person, by attribute: `user.NAME`.', 'NAME'),
    tenants,
  },
  { additionalProperties: false },
)

const Oidc = Type.Object(
  {
    issuer: Type.String({
      description: 'The provider; `https`, unless it is on this machine.',
      pattern: '^https?://[^?#@\\s]+$',
      expected: 'an address such as `https://login.example.com`',
    }),
    client_id: Type.String({ minLength: 1, description: 'What the provider knows us by.' }),
    client_secret: Type.Optional(
      Type.String({ description: `And by what it recognises us. ${secretNote}`, secret: true }),
    ),
    ca,
    scope: Type.String({ description: 'What is asked for.', default: 'openid profile' }),
    redirect_uris: Type.Array(Type.String({ pattern: '^https?://[^#\\s]+$' }), {
      description: 'Where the provider may send people back to, beside loopback (RFC 8252).',
      default: [],
    }),
    id_claim: Type.String({
      description: 'The claim that says what people are called here.',
      default: 'preferred_username',
    }),
    roles_claim: Type.String({ description: 'The claim with the groups.', default: 'groups' }),
    roles: RoleMapping('Roles by what that claim says: `"/ops" = ["operator"]`.', '"GROUP"'),
    attributes: Mapping('What policies read of a person, by claim: `user.NAME`.', 'NAME'),
    mfa_acr: Type.Array(Type.String(), {
      description: 'Values of `acr` that mean a second factor.',
      default: [],
    }),
    mfa_amr: Type.Array(Type.String(), {
      description: 'Values of `amr` (RFC 8176) that mean a second factor.',
      default: ['mfa', 'otp', 'hwk'],
    }),
    tenants,
  },
  { additionalProperties: false },
)

const Passkeys = Type.Object(
  {
    rp_id: Type.Optional(
      Type.String({
        description: 'The domain that passkeys are for. Without it there are none.',
        pattern: '^(?:localhost|[a-z0-9.-]+\\.[a-z0-9-]+)$',
        expected: 'a domain such as `gate.example.com`',
      }),
    ),
    origins: Type.Array(Type.String({ pattern: '^https?://[^/?#\\s]+$' }), {
      description: 'Where they may be used: origins of that domain.',
      default: [],
    }),
  },
  { additionalProperties: false },
)

const duration = (description: string, preset: string) =>
  Type.String({
    description,
    default: preset,
    pattern: DURATION_PATTERN,
    expected: 'a duration such as `30m` or `12h`',
  })

const NAME = { pattern: '^[a-z][a-z0-9_-]{0,31}$' }
const NAME_IN_WORDS = 'a small letter, then at most 31 small letters, digits, `-` or `_`'

/** The table `[identity]`: how people prove who they are. */
export const Logins = Type.Object(
  {
    session_idle: duration('A session ends unused after so long, `2m` to `24h`.', '30m'),
    session_life: duration('And however it is used after so long, `5m` to `30d`.', '12h'),
    passkeys: Passkeys,
    ldap: Type.Record(Type.String(NAME), Ldap, {
      description: 'Directories that are asked, in this order, about names no account here has.',
      placeholder: 'NAME',
      expected: NAME_IN_WORDS,
    }),
    oidc: Type.Record(Type.String(NAME), Oidc, {
      description: 'Providers that people may log in at.',
      placeholder: 'NAME',
      expected: NAME_IN_WORDS,
    }),
  },
  { additionalProperties: false },
)
export type LoginsFile = Static<typeof Logins>
