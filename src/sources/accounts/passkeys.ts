import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  AccountStore,
  Clock,
  KeptAccount,
  KeptPasskey,
  LoggedIn,
} from '../../pipeline/ports.ts'
import { FlowBook } from '../flow-book.ts'
import { provedAs } from './built-in-accounts.ts'

/** Passkeys of one account. */
export const PASSKEYS_LIMIT = 16
const RP_NAME = 'Portcullis'
/** COSE: Ed25519, ES256, RS256; what is asked for is what is taken. */
const ALGORITHMS = [-8, -7, -257]

export interface PasskeysOptions {
  readonly store: AccountStore
  readonly clock: Pick<Clock, 'now'>
  /** The domain that they are for. */
  readonly rpId: string
  /** Where they may be used. */
  readonly origins: readonly string[]
}

/** First step: what the browser is to ask the authenticator, and what names the login after. */
export interface Ceremony<Options> {
  readonly options: Options
  readonly flow: string
}

interface Asked {
  readonly tenant: Tenant
  readonly challenge: string
  /** Whose passkey is being made; absent at a login, which anybody may begin. */
  readonly name?: string
}

/**
 * Passkeys (Web Authentication Level 3): a key of the authenticator for this domain alone, and with
 * a check of its owner each time, so that one is two factors. Nobody says a name at a login: whose
 * key it is, the authenticator knows.
 */
export class Passkeys {
  readonly #options: PasskeysOptions
  readonly #flows = new FlowBook<Asked>()

  constructor(options: PasskeysOptions) {
    this.#options = options
  }

  async beginRegistration(
    tenant: Tenant,
    name: string,
  ): Promise<Ceremony<PublicKeyCredentialCreationOptionsJSON>> {
    const { store, clock, rpId } = this.#options
    const account = store.get(tenant, name)
    if (account === undefined) throw new PortcullisError('ACCOUNT_UNKNOWN', 'no account of ours')
    const options = await generateRegistrationOptions({
      ...{ rpName: RP_NAME, rpID: rpId, userName: account.name, attestationType: 'none' },
      userID: new Uint8Array(Buffer.from(account.handle, 'base64url')),
      excludeCredentials: account.passkeys.map(({ id }) => ({ id })),
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    const asked = { tenant, name, challenge: options.challenge }
    return { options, flow: this.#flows.begin(asked, clock.now()) }
  }

  /** @throws PortcullisError `LOGIN_REFUSED` whatever is wrong with the answer. */
  async finishRegistration(
    who: { readonly tenant: Tenant; readonly name: string },
    flow: string,
    response: RegistrationResponseJSON,
  ): Promise<KeptPasskey> {
    const { store, clock } = this.#options
    const asked = this.#flows.take(flow, clock.now())
    const account = store.get(who.tenant, who.name)
    if (asked?.name !== who.name || asked.tenant !== who.tenant || account === undefined) {
      throw refused('the ceremony was not begun by the one who ends it')
    }
    const { verified, registrationInfo } = await refusing(() =>
      verifyRegistrationResponse({
        ...{ response, ...this.#expected(asked), supportedAlgorithmIDs: ALGORITHMS },
      }),
    )
    if (!verified || account.passkeys.length >= PASSKEYS_LIMIT) throw refused('not verified')
    const { id, publicKey, counter } = registrationInfo.credential
    const passkey: KeptPasskey = {
      ...{ id, counter, created: clock.now() },
      publicKey: Buffer.from(publicKey).toString('base64url'),
      transports: (response.response.transports ?? []).slice(0, 8),
    }
    const after = { ...account, passkeys: [...account.passkeys, passkey] }
    if (store.replace(who.tenant, account, after)) return passkey
    throw refused('the account was changed meanwhile')
  }

  async beginLogin(tenant: Tenant): Promise<Ceremony<PublicKeyCredentialRequestOptionsJSON>> {
    const { clock, rpId } = this.#options
    const options = await generateAuthenticationOptions({
      ...{ rpID: rpId, userVerification: 'required' },
    })
    const asked = { tenant, challenge: options.challenge }
    return { options, flow: this.#flows.begin(asked, clock.now()) }
  }

  /** @throws PortcullisError `LOGIN_REFUSED` whatever is wrong with the answer. */
  async finishLogin(flow: string, response: AuthenticationResponseJSON): Promise<LoggedIn> {
    const { store, clock } = this.#options
    const asked = this.#flows.take(flow, clock.now())
    if (asked === undefined || asked.name !== undefined) throw refused('no such ceremony')
    const { tenant } = asked
    const account = store.byHandle(tenant, response.response.userHandle ?? '')
    const passkey = account?.passkeys.find(({ id }) => id === response.id)
    if (account === undefined || passkey === undefined || account.disabled) throw refused('unknown')
    const { verified, authenticationInfo } = await refusing(() =>
      verifyAuthenticationResponse({
        ...{ response, ...this.#expected(asked) },
        credential: {
          ...{ id: passkey.id, counter: passkey.counter },
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        },
      }),
    )
    const { newCounter: counter } = authenticationInfo
    if (!verified || !store.replace(tenant, account, counted(account, passkey, counter))) {
      throw refused('not verified, or used by another login at the same moment')
    }
    const { subject: _subject, ...person } = provedAs(account, 'passkey', true)
    return { tenant, ...person }
  }

  #expected({ challenge }: Asked) {
    const { rpId, origins } = this.#options
    return {
      ...{ expectedChallenge: challenge, expectedOrigin: [...origins], expectedRPID: rpId },
      requireUserVerification: true,
    }
  }
}

/** A copied authenticator counts from where it was copied: its counter is found used. */
function counted(account: KeptAccount, used: KeptPasskey, counter: number): KeptAccount {
  const passkeys = account.passkeys.map((it) => (it.id === used.id ? { ...it, counter } : it))
  return { ...account, passkeys }
}

async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify()
  } catch (cause) {
    throw new PortcullisError('LOGIN_REFUSED', 'the authenticator’s answer is not good', { cause })
  }
}

function refused(message: string): PortcullisError {
  return new PortcullisError('LOGIN_REFUSED', message)
}
