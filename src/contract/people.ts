import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const

const name = Type.String({ description: 'Name of the account.', maxLength: 128 })
const password = Type.String({
  description: 'It is shown nowhere and kept as a hash alone.',
  maxLength: 256,
})

export const UserPath = Type.Object({ name }, closed)
export type UserPath = Static<typeof UserPath>

export const User = Type.Object(
  {
    name,
    disabled: Type.Boolean({ description: 'It cannot log in.' }),
    totp: Type.Boolean({ description: 'A code of an authenticator is asked for.' }),
    recoveryCodes: Type.Integer({ description: 'How many are left.' }),
    passkeys: Type.Integer({ description: 'How many it has.' }),
    created: Type.String({ description: 'In ISO 8601.' }),
  },
  closed,
)
export type User = Static<typeof User>

export const UserList = Type.Object({ users: Type.Array(User) }, closed)
export type UserList = Static<typeof UserList>

export const NewUser = Type.Object({ name, password }, closed)
export type NewUser = Static<typeof NewUser>

export const NewPassword = Type.Object({ password }, closed)
export type NewPassword = Static<typeof NewPassword>

export const UserState = Type.Object({ disabled: Type.Boolean() }, closed)
export type UserState = Static<typeof UserState>

const Nothing = Type.Object({}, closed)

export const Authenticator = Type.Object(
  {
    secret: Type.String({ description: 'What the authenticator is given, in Base32; shown once.' }),
    uri: Type.String({ description: 'The same as `otpauth://…`, for a QR code.' }),
  },
  closed,
)
export type Authenticator = Static<typeof Authenticator>

export const AuthenticatorCode = Type.Object(
  { code: Type.String({ description: 'What the authenticator shows.', maxLength: 64 }) },
  closed,
)
export type AuthenticatorCode = Static<typeof AuthenticatorCode>

export const RecoveryCodes = Type.Object(
  { recoveryCodes: Type.Array(Type.String({ description: 'Good once each, shown once.' })) },
  closed,
)
export type RecoveryCodes = Static<typeof RecoveryCodes>

const texts = (description: string) => Type.Array(Type.String({ maxLength: 128 }), { description })

const apiToken = {
  id: Type.String({ description: 'Id of the token, which proves nothing.' }),
  service: Type.String({ description: 'The program.' }),
  member: Type.Optional(Type.String({ description: 'For whom it acts.' })),
  scopes: texts('Operations that it is limited to, a star last.'),
  roles: texts('Roles of the program.'),
  created: Type.String({ description: 'In ISO 8601.' }),
  expires: Type.String({ description: 'In ISO 8601.' }),
}
export const ApiToken = Type.Object(apiToken, closed)
export type ApiToken = Static<typeof ApiToken>

export const ApiTokenList = Type.Object({ tokens: Type.Array(ApiToken) }, closed)
export type ApiTokenList = Static<typeof ApiTokenList>

export const IssuedApiToken = Type.Object(
  { token: Type.String({ description: 'The credential itself, shown once.' }), ...apiToken },
  closed,
)
export type IssuedApiToken = Static<typeof IssuedApiToken>

export const NewApiToken = Type.Object(
  {
    service: Type.String({ description: 'The program.', maxLength: 64 }),
    member: Type.Optional(Type.String({ description: 'For whom it acts.', maxLength: 128 })),
    scopes: texts('Operations that it is limited to: `crm.*`.'),
    roles: Type.Optional(texts('Roles of the program.')),
    ttlMs: Type.Optional(
      Type.Integer({
        description: 'Life in milliseconds; 90 days by default.',
        minimum: 1_000,
        maximum: 31_622_400_000,
      }),
    ),
  },
  closed,
)
export type NewApiToken = Static<typeof NewApiToken>

export const ApiTokenPath = Type.Object({ id: Type.String({ maxLength: 64 }) }, closed)
export type ApiTokenPath = Static<typeof ApiTokenPath>

/** The part of the admin API that is about accounts of people, and tokens of programs. */
export const PEOPLE_ROUTES = {
  users: {
    method: 'GET',
    url: '/v1/users',
    action: { operation: 'admin.users.list', on: 'user', changes: false, least: 'super_admin' },
    answer: UserList,
    summary: 'The accounts of people here; those of directories and providers are there.',
  },
  addUser: {
    method: 'POST',
    url: '/v1/users',
    action: {
      operation: 'admin.users.add',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
      secret: ['password'],
    },
    body: NewUser,
    answer: User,
    summary: 'Adds an account.',
  },
  setPassword: {
    method: 'POST',
    url: '/v1/users/:name/password',
    action: {
      operation: 'admin.users.set_password',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
      secret: ['password'],
    },
    params: UserPath,
    body: NewPassword,
    answer: User,
    summary: 'Sets its password, and ends its sessions.',
  },
  enrolTotp: {
    method: 'POST',
    url: '/v1/users/:name/totp',
    action: {
      operation: 'admin.users.enrol_totp',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
      confidential: true,
    },
    params: UserPath,
    body: Nothing,
    answer: Authenticator,
    summary: 'Begins to set up an authenticator; it counts once it has shown a code.',
  },
  confirmTotp: {
    method: 'POST',
    url: '/v1/users/:name/totp/confirm',
    action: {
      operation: 'admin.users.confirm_totp',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
      secret: ['code'],
      confidential: true,
    },
    params: UserPath,
    body: AuthenticatorCode,
    answer: RecoveryCodes,
    summary: 'Shows a code of it, which is asked for from now on.',
  },
  removeTotp: {
    method: 'POST',
    url: '/v1/users/:name/totp/remove',
    action: {
      operation: 'admin.users.remove_totp',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
    },
    params: UserPath,
    body: Nothing,
    answer: User,
    summary: 'Forgets the authenticator and the recovery codes.',
  },
  setUserState: {
    method: 'POST',
    url: '/v1/users/:name/state',
    action: {
      operation: 'admin.users.set_state',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
    },
    params: UserPath,
    body: UserState,
    answer: User,
    summary: 'Disables an account, with all its sessions and tokens, or enables it.',
  },
  removeUser: {
    method: 'POST',
    url: '/v1/users/:name/remove',
    action: {
      operation: 'admin.users.remove',
      on: 'user',
      changes: true,
      least: 'super_admin',
      named: 'name',
    },
    params: UserPath,
    body: Nothing,
    answer: UserList,
    summary: 'Removes an account, with all its sessions and tokens.',
  },
  apiTokens: {
    method: 'GET',
    url: '/v1/api-tokens',
    action: { operation: 'admin.tokens.list', on: 'token', changes: false, least: 'super_admin' },
    answer: ApiTokenList,
    summary: 'The tokens of programs.',
  },
  createApiToken: {
    method: 'POST',
    url: '/v1/api-tokens',
    action: {
      operation: 'admin.tokens.create',
      on: 'token',
      changes: true,
      least: 'super_admin',
      named: 'service',
      confidential: true,
    },
    body: NewApiToken,
    answer: IssuedApiToken,
    summary: 'Issues a token for a program.',
  },
  revokeApiToken: {
    method: 'POST',
    url: '/v1/api-tokens/:id/revoke',
    action: {
      operation: 'admin.tokens.revoke',
      on: 'token',
      changes: true,
      least: 'super_admin',
      named: 'id',
    },
    params: ApiTokenPath,
    body: Nothing,
    answer: ApiTokenList,
    summary: 'Takes a token of a program back.',
  },
} as const
