import type { FastifyInstance } from 'fastify'
import type {
  ApiTokenList,
  ApiTokenPath,
  Authenticator,
  AuthenticatorCode,
  IssuedApiToken,
  NewApiToken,
  NewPassword,
  NewUser,
  RecoveryCodes,
  User,
  UserList,
  UserPath,
  UserState,
} from '../../contract/people.ts'
import { routeOf } from './route-of.ts'

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

export function addPeople(server: FastifyInstance, operations: PeopleOperations): void {
  server.route({ ...routeOf('users'), handler: async () => operations.users() })
  server.route<{ Body: NewUser }>({
    ...routeOf('addUser'),
    handler: async ({ body }) => operations.addUser(body),
  })
  server.route<{ Params: UserPath; Body: NewPassword }>({
    ...routeOf('setPassword'),
    handler: async ({ params, body }) => operations.setPassword(params.name, body),
  })
  server.route<{ Params: UserPath }>({
    ...routeOf('enrolTotp'),
    handler: async ({ params }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.enrolTotp(params.name)
    },
  })
  server.route<{ Params: UserPath; Body: AuthenticatorCode }>({
    ...routeOf('confirmTotp'),
    handler: async ({ params, body }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.confirmTotp(params.name, body)
    },
  })
  server.route<{ Params: UserPath; Body: UserState }>({
    ...routeOf('setUserState'),
    handler: async ({ params, body }) => operations.setUserState(params.name, body),
  })
  for (const name of ['removeTotp', 'removeUser'] as const) {
    server.route<{ Params: UserPath }>({
      ...routeOf(name),
      handler: async ({ params }) => operations[name](params.name),
    })
  }
  addApiTokens(server, operations)
}

function addApiTokens(server: FastifyInstance, operations: PeopleOperations): void {
  server.route({ ...routeOf('apiTokens'), handler: async () => operations.apiTokens() })
  server.route<{ Body: NewApiToken }>({
    ...routeOf('createApiToken'),
    handler: async ({ body }, reply) => {
      reply.header('cache-control', 'no-store')
      return operations.createApiToken(body)
    },
  })
  server.route<{ Params: ApiTokenPath }>({
    ...routeOf('revokeApiToken'),
    handler: async ({ params }) => operations.revokeApiToken(params.id),
  })
}
