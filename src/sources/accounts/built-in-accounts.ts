import { type KeyObject, randomBytes } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import { nameOf } from '../../kernel/identity/name.ts'
import { faultOfPassword, preparedPassword } from '../../kernel/identity/password-rules.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  AccountConnector,
  AccountStore,
  Clock,
  ConnectorAnswer,
  KeptAccount,
  PasswordClaim,
} from '../../pipeline/ports.ts'
import { PasswordHashes } from './password-hash.ts'
import { afterCode, type Enrolment, enrol, newRecoveryCodes } from './second-factor.ts'

/** The connector of our own accounts. */
export const BUILT_IN = 'accounts'
/** Accounts of one tenant. */
export const ACCOUNTS_LIMIT = 10_000
const HANDLE_BYTES = 32

export interface BuiltInAccountsOptions {
  readonly store: AccountStore
  /** Seals the secrets of authenticators. */
  readonly key: KeyObject
  readonly clock: Pick<Clock, 'now'>
  readonly hashes?: PasswordHashes
}

/** Accounts of our own: a password, an authenticator, passkeys. */
export class BuiltInAccounts implements AccountConnector {
  readonly name = BUILT_IN
  readonly #store: AccountStore
  readonly #key: KeyObject
  readonly #clock: Pick<Clock, 'now'>
  readonly #hashes: PasswordHashes

  constructor({ store, key, clock, hashes = new PasswordHashes() }: BuiltInAccountsOptions) {
    this.#store = store
    this.#key = key
    this.#clock = clock
    this.#hashes = hashes
  }

  /** One hash is computed whatever is wrong: whether there is such an account takes no longer. */
  async password({ tenant, name, password, code }: PasswordClaim): Promise<ConnectorAnswer> {
    const account = this.#store.get(tenant, name)
    const prepared = preparedPassword(password)
    const matches = await this.#hashes.matches(prepared, account?.password)
    if (account === undefined) return { kind: 'unknown' }
    if (!matches || account.disabled) return { kind: 'refused' }
    const needsCode = account.totp?.confirmed === true
    if (needsCode && !this.#useCode(tenant, account, code ?? '')) return { kind: 'refused' }
    if (this.#hashes.isOutdated(account.password)) await this.#rehash(tenant, account, prepared)
    return { kind: 'proved', account: provedAs(account, 'password', needsCode) }
  }

  /** Is it the password of an account that may log in? For one who is logged in already. */
  async matches(tenant: Tenant, name: string, password: string): Promise<boolean> {
    const account = this.#store.get(tenant, name)
    const matches = await this.#hashes.matches(preparedPassword(password), account?.password)
    return matches && account?.disabled === false
  }

  async pretend(): Promise<void> {
    await this.#hashes.matches('nobody', undefined)
  }

  /** Does the code prove that the one who is logged in has the authenticator? It is used up. */
  code(tenant: Tenant, name: string, code: string): boolean {
    const account = this.#store.get(tenant, name)
    if (account === undefined || account.disabled || account.totp?.confirmed !== true) return false
    return this.#useCode(tenant, account, code)
  }

  async add(tenant: Tenant, name: string, password: string): Promise<void> {
    this.keep(tenant, await this.prepare(tenant, name, password))
  }

  /**
   * An account that is not kept yet.
   * @throws PortcullisError `NAME_INVALID`, `ACCOUNT_EXISTS`, `PASSWORD_UNFIT`
   */
  async prepare(tenant: Tenant, name: string, password: string): Promise<KeptAccount> {
    nameOf(name)
    if (this.#store.list(tenant).length >= ACCOUNTS_LIMIT) {
      throw new PortcullisError('ACCOUNT_EXISTS', `there are ${ACCOUNTS_LIMIT} accounts already`)
    }
    if (this.#store.get(tenant, name) !== undefined) throw taken(name)
    return {
      ...{ name, password: await this.hashOf(name, password), disabled: false },
      ...{ recovery: [], passkeys: [], created: this.#clock.now() },
      handle: randomBytes(HANDLE_BYTES).toString('base64url'),
    }
  }

  /** @throws PortcullisError `ACCOUNT_EXISTS` */
  keep(tenant: Tenant, account: KeptAccount): void {
    if (!this.#store.add(tenant, account)) throw taken(account.name)
  }

  async setPassword(tenant: Tenant, name: string, password: string): Promise<void> {
    this.get(tenant, name)
    this.setHash(tenant, name, await this.hashOf(name, password))
  }

  /** Of a password that may be taken. @throws PortcullisError `PASSWORD_UNFIT` */
  async hashOf(name: string, password: string): Promise<string> {
    const fault = faultOfPassword(password, name)
    if (fault !== undefined) throw new PortcullisError('PASSWORD_UNFIT', fault)
    return this.#hashes.hash(preparedPassword(password))
  }

  setHash(tenant: Tenant, name: string, password: string): void {
    this.#change(tenant, name, (account) => ({ ...account, password }))
  }

  /** What is shown here is shown once. An authenticator of before counts until this one does. */
  enrolTotp(tenant: Tenant, name: string): Enrolment {
    const place = placeOf(tenant, this.get(tenant, name))
    const { enrolment, totp } = enrol({ name }, place, this.#key)
    this.#change(tenant, name, (account) => ({ ...account, pendingTotp: totp }))
    return enrolment
  }

  /** The authenticator counts from now on. The recovery codes are shown here once. */
  confirmTotp(tenant: Tenant, name: string, code: string): readonly string[] {
    const account = this.get(tenant, name)
    const { pendingTotp, ...rest } = account
    const { codes, digests } = newRecoveryCodes()
    const pending = pendingTotp && { ...rest, totp: pendingTotp, recovery: [] }
    const used = pending && afterCode(pending, code, this.#at(tenant, account))
    const { totp } = used ?? {}
    if (used === undefined || totp === undefined) {
      throw new PortcullisError('CODE_REFUSED', 'that is no code of the authenticator')
    }
    this.#swap(tenant, account, { ...used, totp: { ...totp, confirmed: true }, recovery: digests })
    return codes
  }

  removeTotp(tenant: Tenant, name: string): void {
    this.#change(tenant, name, ({ totp: _totp, pendingTotp: _pending, ...account }) => ({
      ...{ ...account, recovery: [] },
    }))
  }

  setDisabled(tenant: Tenant, name: string, disabled: boolean): void {
    this.#change(tenant, name, (account) => ({ ...account, disabled }))
  }

  remove(tenant: Tenant, name: string): void {
    this.get(tenant, name)
    this.#store.remove(tenant, name)
  }

  list(tenant: Tenant): readonly KeptAccount[] {
    return this.#store.list(tenant)
  }

  /** @throws PortcullisError `ACCOUNT_UNKNOWN` */
  get(tenant: Tenant, name: string): KeptAccount {
    const account = this.#store.get(tenant, name)
    if (account !== undefined) return account
    throw new PortcullisError('ACCOUNT_UNKNOWN', `there is no account \`${name}\``)
  }

  /** False where the code does not count, or another login has just used it. */
  #useCode(tenant: Tenant, account: KeptAccount, code: string): boolean {
    const after = afterCode(account, code, this.#at(tenant, account))
    return after !== undefined && this.#store.replace(tenant, account, after)
  }

  #at(tenant: Tenant, account: KeptAccount) {
    return { place: placeOf(tenant, account), key: this.#key, now: this.#clock.now() }
  }

  /** Not where the password was changed meanwhile: the old one must not come back. */
  async #rehash(tenant: Tenant, { name, password: old }: KeptAccount, prepared: string) {
    const password = await this.#hashes.hash(prepared)
    const account = this.#store.get(tenant, name)
    if (account?.password === old) this.#store.replace(tenant, account, { ...account, password })
  }

  #change(tenant: Tenant, name: string, change: (account: KeptAccount) => KeptAccount): void {
    const account = this.get(tenant, name)
    this.#swap(tenant, account, change(account))
  }

  #swap(tenant: Tenant, before: KeptAccount, after: KeptAccount): void {
    if (this.#store.replace(tenant, before, after)) return
    throw new PortcullisError('ACCOUNTS_UNAVAILABLE', 'the account was changed at the same time')
  }
}

function taken(name: string): PortcullisError {
  return new PortcullisError('ACCOUNT_EXISTS', `there is an account \`${name}\` already`)
}

/** An account of ours as connectors vouch for it: what it may, the directory says. */
export function provedAs(
  { name, handle }: KeptAccount,
  via: 'password' | 'passkey',
  mfaVerified: boolean,
) {
  return { id: name, subject: handle, via, mfaVerified, roles: [], attributes: {} }
}

/** A secret that is moved to another account does not open there. */
function placeOf(tenant: Tenant, { handle }: KeptAccount): string {
  return `${tenant}/${handle}`
}
