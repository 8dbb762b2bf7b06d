import type { Grant, Holder } from '../kernel/identity/grant.ts'
import type { Principal } from '../kernel/identity/principal.ts'
import type { Role } from '../kernel/identity/role.ts'
import type { Tenant } from '../kernel/identity/tenant.ts'
import type { JsonObject } from '../kernel/json/value.ts'

/** Where something in the directory comes from: the configuration, or operators at run time. */
export type Origin = 'declared' | 'administered'

export interface Space {
  readonly name: string
  readonly description?: string
}

/** A human who belongs to a tenant. How the human proves itself, logins say. */
export interface Member {
  readonly id: string
  readonly origin: Origin
  /** What policies read beside its name: `user.clearance`. */
  readonly attributes: JsonObject
  readonly description?: string
}

/** A grant, and whether it can be taken back here. */
export interface StandingGrant extends Grant {
  readonly origin: Origin
}

/** The roles that a principal has at this moment, for each decision anew. */
export interface RoleSource {
  /** Of the organisation, and of `space` where something of a space is acted on. */
  rolesOf(tenant: Tenant, holder: Holder, space?: string): readonly string[]
}

/**
 * Who exists in a tenant and with which roles, at this moment. Another tenant's are as good as not
 * there. Nothing here waits: it is asked at every request.
 * @throws PortcullisError `DIRECTORY_UNAVAILABLE`; whoever asks refuses then.
 */
export interface Directory extends RoleSource {
  spaces(tenant: Tenant): readonly Space[]
  /** The agent once it has proved its name; absent where there is none. */
  agent(tenant: Tenant, id: string): Principal | undefined
  members(tenant: Tenant): readonly Member[]
  member(tenant: Tenant, id: string): Member | undefined
  /** Built-in and custom ones. */
  roles(tenant: Tenant): readonly Role[]
  role(tenant: Tenant, name: string): Role | undefined
  /** All of them, or those of one principal. */
  grants(tenant: Tenant, holder?: Holder): readonly StandingGrant[]
}

/** What operators change at run time. Each call is durable, or changed nothing, at its end. */
export interface DirectoryChanges {
  /** @throws PortcullisError `NAME_INVALID`, `NAME_TAKEN`. */
  checkMember(tenant: Tenant, member: NewMember): void
  /** Throws what `checkMember` does, and `DIRECTORY_*`. */
  addMember(tenant: Tenant, member: NewMember): void
  /** With its grants. @throws PortcullisError `MEMBER_UNKNOWN`, `DECLARED_ELSEWHERE`. */
  removeMember(tenant: Tenant, id: string): void
  /**
   * False where it stands already.
   * @throws PortcullisError `MEMBER_UNKNOWN`, `ROLE_UNKNOWN`, `ROLE_SCOPE`, `SPACE_UNKNOWN`.
   */
  checkGrant(tenant: Tenant, grant: Grant): boolean
  /** False where it stands already. Throws what `checkGrant` does. */
  grant(tenant: Tenant, grant: Grant, by: GrantedBy): boolean
  /** From the next request on. @throws PortcullisError `GRANT_UNKNOWN`, `DECLARED_ELSEWHERE`. */
  revoke(tenant: Tenant, grant: Grant): void
}

export type NewMember = Omit<Member, 'origin'>

/** Who granted it, and when, in milliseconds since the epoch. */
export interface GrantedBy {
  readonly by: string
  readonly at: number
}

/** What was administered, as it is kept. The directory adds what is declared. */
export interface DirectoryStore {
  members(tenant: Tenant): readonly NewMember[]
  member(tenant: Tenant, id: string): NewMember | undefined
  addMember(tenant: Tenant, member: NewMember): void
  /** False where there was none. */
  removeMember(tenant: Tenant, id: string): boolean
  grants(tenant: Tenant, holder?: Holder): readonly Grant[]
  addGrant(tenant: Tenant, grant: Grant, by: GrantedBy): void
  /** False where there was none. */
  removeGrant(tenant: Tenant, grant: Grant): boolean
}
