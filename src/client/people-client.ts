import type {
  ApiTokenList,
  Authenticator,
  AuthenticatorCode,
  IssuedApiToken,
  NewApiToken,
  NewPassword,
  NewUser,
  RecoveryCodes,
  User,
  UserList,
  UserState,
} from '../contract/people.ts'

/** Accounts of people and tokens of programs, as a client of a running runtime. */
export interface PeopleClient {
  users(): Promise<UserList>
  addUser(request: NewUser): Promise<User>
  setPassword(name: string, request: NewPassword): Promise<User>
  enrolTotp(name: string): Promise<Authenticator>
  confirmTotp(name: string, request: AuthenticatorCode): Promise<RecoveryCodes>
  removeTotp(name: string): Promise<User>
  setUserState(name: string, request: UserState): Promise<User>
  removeUser(name: string): Promise<UserList>
  apiTokens(): Promise<ApiTokenList>
  createApiToken(request: NewApiToken): Promise<IssuedApiToken>
  revokeApiToken(id: string): Promise<ApiTokenList>
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
}

export function peopleClient<T>(json: (call: Call) => Promise<T>) {
  const get = (path: string) => json({ method: 'GET', path })
  const post = (path: string, body: object = {}) => json({ method: 'POST', path, body })
  const user = (name: string) => `/v1/users/${encodeURIComponent(name)}`
  return {
    users: () => get('/v1/users'),
    addUser: (body: NewUser) => post('/v1/users', body),
    setPassword: (name: string, body: NewPassword) => post(`${user(name)}/password`, body),
    enrolTotp: (name: string) => post(`${user(name)}/totp`),
    confirmTotp: (name: string, body: AuthenticatorCode) =>
      post(`${user(name)}/totp/confirm`, body),
    removeTotp: (name: string) => post(`${user(name)}/totp/remove`),
    setUserState: (name: string, body: UserState) => post(`${user(name)}/state`, body),
    removeUser: (name: string) => post(`${user(name)}/remove`),
    apiTokens: () => get('/v1/api-tokens'),
    createApiToken: (body: NewApiToken) => post('/v1/api-tokens', body),
    revokeApiToken: (id: string) => post(`/v1/api-tokens/${encodeURIComponent(id)}/revoke`),
  }
}
