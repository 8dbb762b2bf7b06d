import { type Client, type Entry, InvalidCredentialsError } from 'ldapts'
import { PortcullisError } from '../../kernel/errors.ts'
import { nameOf } from '../../kernel/identity/name.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { AccountConnector, ConnectorAnswer, PasswordClaim } from '../../pipeline/ports.ts'
import { connectDirectory, type DirectoryServer } from './directory-connection.ts'
import { filterFor } from './filter-text.ts'

/** Connections at once, and logins that wait for one. */
export const LDAP_CONNECTIONS = 8
export const LDAP_WAITING = 64
/** Groups of one person that are looked at. */
export const LDAP_GROUPS_LIMIT = 1_000

export interface LdapOptions extends DirectoryServer {
  /** `corp` of `[identity.ldap.corp]`. */
  readonly name: string
  /** Tenants whose people it vouches for. */
  readonly tenants: readonly string[]
  /** Who looks people up; absent where anybody may. */
  readonly bind?: { readonly dn: string; readonly password: string }
  readonly base: string
  /** `{name}` is what was typed: `(&(objectClass=person)(uid={name}))`. */
  readonly filter: string
  readonly idAttribute: string
  /** By DN of the group. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  /** Attribute of a policy → attribute of the directory. */
  readonly attributes: Readonly<Record<string, string>>
  /** Where groups are looked for by member; without it `memberOf` of the person tells them. */
  readonly groups?: { readonly base: string; readonly filter: string }
}

/** People of a directory: looked up by name, proved by binding as them. */
export class LdapAccounts implements AccountConnector {
  readonly name: string
  readonly #options: LdapOptions
  readonly #waiting: (() => void)[] = []
  #connections = 0

  constructor(options: LdapOptions) {
    this.#options = options
    this.name = `ldap:${options.name}`
  }

  /** One entry and no other must have the name; references to other servers are not followed. */
  async password(claim: PasswordClaim): Promise<ConnectorAnswer> {
    if (!this.#options.tenants.includes(claim.tenant)) return { kind: 'unknown' }
    // RFC 4513 section 5.1.2: a bind without a password succeeds, and proves nobody.
    if (claim.password === '') return { kind: 'refused' }
    await this.#turn()
    let client: Client | undefined
    try {
      client = await connectDirectory(this.#options)
      return await this.#prove(client, claim)
    } finally {
      void client?.unbind().catch(() => undefined)
      const next = this.#waiting.shift()
      if (next === undefined) this.#connections -= 1
      else next()
    }
  }

  async #prove(client: Client, { name, password }: PasswordClaim): Promise<ConnectorAnswer> {
    const { bind, attributes, idAttribute } = this.#options
    if (bind !== undefined) await client.bind(bind.dn, bind.password)
    const entry = await this.#find(client, name)
    if (entry === undefined) return { kind: 'unknown' }
    const roles = rolesOf(await this.#groups(client, entry), this.#options.roles)
    try {
      await client.bind(entry.dn, password)
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return { kind: 'refused' }
      throw error
    }
    const [id = ''] = textsOf(entry, idAttribute)
    const [subject = entry.dn.toLowerCase()] = textsOf(entry, 'entryUUID')
    const facts = attributesOf(entry, attributes)
    const person = { id: nameOf(id), subject, roles, attributes: facts }
    return { kind: 'proved', account: { ...person, via: 'ldap', mfaVerified: false } }
  }

  async #find(client: Client, name: string): Promise<Entry | undefined> {
    const { base, filter, idAttribute, attributes } = this.#options
    const wanted = [idAttribute, 'memberOf', 'entryUUID', ...Object.values(attributes)]
    const { searchEntries: found } = await client.search(base, {
      ...{ scope: 'sub', derefAliases: 'never', sizeLimit: 2 },
      ...{ filter: filterFor(filter, { name }), attributes: wanted },
    })
    if (found.length > 1) throw new Error('the filter finds more than one person of a name')
    return found[0]
  }

  async #groups(client: Client, entry: Entry): Promise<readonly string[]> {
    const { groups } = this.#options
    if (groups === undefined) return textsOf(entry, 'memberOf').slice(0, LDAP_GROUPS_LIMIT)
    const { searchEntries: found } = await client.search(groups.base, {
      ...{ scope: 'sub', derefAliases: 'never', sizeLimit: LDAP_GROUPS_LIMIT },
      ...{ filter: filterFor(groups.filter, { dn: entry.dn }), attributes: ['1.1'] },
    })
    return found.map(({ dn }) => dn)
  }

  #turn(): Promise<void> {
    if (this.#connections < LDAP_CONNECTIONS) {
      this.#connections += 1
      return Promise.resolve()
    }
    if (this.#waiting.length >= LDAP_WAITING) {
      return Promise.reject(new PortcullisError('LOGIN_BUSY', 'too many logins wait'))
    }
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }
}

/** Groups are compared as directories do: without regard to case and to spaces around commas. */
function rolesOf(groups: readonly string[], mapping: LdapOptions['roles']): readonly string[] {
  const member = new Set(groups.map(dnKey))
  const roles = Object.entries(mapping).flatMap(([dn, names]) =>
    member.has(dnKey(dn)) ? names : [],
  )
  return [...new Set(roles)]
}

function dnKey(dn: string): string {
  return dn.toLowerCase().replaceAll(/\s*([,=])\s*/g, '$1')
}

function attributesOf(entry: Entry, mapping: LdapOptions['attributes']): JsonObject {
  const facts = Object.entries(mapping).flatMap(([name, attribute]) => {
    const values = textsOf(entry, attribute)
    const [value] = values
    return value === undefined ? [] : [[name, values.length === 1 ? value : values] as const]
  })
  return Object.fromEntries(facts)
}

/** Attributes are named without regard to case. */
function textsOf(entry: Entry, attribute: string): string[] {
  const wanted = attribute.toLowerCase()
  const found = Object.entries(entry).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? []
  return [found].flat().flatMap((value) => (typeof value === 'string' && value ? [value] : []))
}
