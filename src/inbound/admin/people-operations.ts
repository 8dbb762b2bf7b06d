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
} from '../../contract/people.ts'

/** What operators may do about accounts and tokens. Each may throw a `PortcullisError`. */
export interface PeopleOperations {
  users(): UserList
  addUser(request: NewUser): Promise<User>
  setPassword(name: string, request: NewPassword): Promise<User>
  enrolTotp(name: string): Promise<Authenticator>
  confirmTotp(name: string, request: AuthenticatorCode): Promise<RecoveryCodes>
  removeTotp(name: string): Promise<User>
  setUserState(name: string, request: UserState): Promise<User>
  removeUser(name: string): Promise<UserList>
  apiTokens(): ApiTokenList
  createApiToken(request: NewApiToken): Promise<IssuedApiToken>
  revokeApiToken(id: string): Promise<ApiTokenList>
}
