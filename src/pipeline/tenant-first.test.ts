import { test } from 'node:test'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type {
  ApiTokenStore,
  Directory,
  DirectoryChanges,
  DirectoryStore,
  Records,
  SessionStore,
} from './ports.ts'

/** Does a method take a tenant before all else? A plain text is none. */
type TakesTenant<Method> = Method extends (first: infer First, ...rest: never[]) => unknown
  ? [First] extends [Tenant]
    ? true
    : false
  : false

/** The names of methods that could be asked without saying whose. */
type Tenantless<Store> = {
  [Name in keyof Store]: TakesTenant<Store[Name]> extends true ? never : Name
}[keyof Store]

/** Compiles for nothing but `never`. */
type None<Names extends never> = Names

/** Sessions that are too old are forgotten for all at once: nothing is told of any. */
type Housekeeping = 'prune'

/** What keeps things of several tenants. What is bound to one tenant is given it when it opens. */
export type Checked = [
  None<Tenantless<Records>>,
  None<Tenantless<Directory>>,
  None<Tenantless<DirectoryChanges>>,
  None<Tenantless<DirectoryStore>>,
  None<Exclude<Tenantless<SessionStore>, Housekeeping>>,
  None<Exclude<Tenantless<ApiTokenStore>, Housekeeping>>,
]

interface Forgetful {
  readonly read: (id: string) => void
}

// @ts-expect-error A store that forgets the tenant does not compile here.
export type Refused = None<Tenantless<Forgetful>>

test('no store that tenants share can be asked without a tenant: this file compiles', () => {
  // The types above are the test.
})
