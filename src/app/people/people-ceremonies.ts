import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { From, PeopleService } from '../../inbound/people/people-door.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import type { LoggedIn } from '../../pipeline/ports.ts'
import type { PeopleDesk } from './people-desk.ts'

interface Parts {
  readonly desk: PeopleDesk
  readonly admitted: (token: string, source: string) => Promise<Identity>
  readonly begin: (person: LoggedIn, from: From) => Promise<object>
  /** A refusal within leaves its receipt. */
  readonly refusing: <T>(source: string, work: () => Promise<T>) => Promise<T>
}

type Ceremonies = Pick<
  PeopleService,
  | 'beginProvider'
  | 'finishProvider'
  | 'beginPasskey'
  | 'finishPasskey'
  | 'beginPasskeyLogin'
  | 'finishPasskeyLogin'
>

/** Logins that take two steps: at a provider, and by a passkey. */
export function peopleCeremonies({ desk, admitted, begin, refusing }: Parts): Ceremonies {
  const { people } = desk
  const passkeys = () => {
    if (people.passkeys !== undefined) return people.passkeys
    throw new PortcullisError('REQUEST_ROUTE_UNKNOWN', 'there are no passkeys: `rp_id` is not set')
  }
  const provider = (name: string) => {
    const found = people.providers.get(name)
    if (found !== undefined) return found
    throw new PortcullisError('REQUEST_ROUTE_UNKNOWN', 'there is no such provider')
  }
  return {
    beginProvider: async (name, tenant, redirectUri) => provider(name).begin(tenant, redirectUri),
    finishProvider: (name, { flow, callback }, from) =>
      refusing(from.source, async () => {
        const its = provider(name)
        const { tenant, account } = await its.finish(flow, callback)
        const { subject, ...person } = account
        const owner = { connector: its.name, subject }
        if (people.persons.claim(tenant, person.id, owner)) {
          return begin({ tenant, ...person }, from)
        }
        throw new PortcullisError('LOGIN_REFUSED', 'the id is of a person from elsewhere')
      }),
    async beginPasskey(token, source) {
      const { tenant, principal, session } = await admitted(token, source)
      const { totp, passkeys: others } = people.accounts.get(tenant, principal.id)
      const hasFactor = totp?.confirmed === true || others.length > 0
      // A passkey is two factors: who has shown but one of two could make itself the other.
      if (hasFactor && session?.mfa_verified !== true) {
        throw new PortcullisError('STEP_UP_REQUIRED', 'another passkey takes the second factor')
      }
      return passkeys().beginRegistration(tenant, principal.id)
    },
    async finishPasskey(token, { flow, response }, source) {
      const { tenant, principal, chain } = await admitted(token, source)
      const who = { tenant, name: principal.id }
      const by = { actor: chain, channel: { door: 'login', peer: source } }
      await desk.changed(tenant, `${principal.id}: another passkey is shown`, by)
      const { id } = await passkeys().finishRegistration(who, flow, registration(response))
      return { id }
    },
    beginPasskeyLogin: (tenant) => passkeys().beginLogin(tenant),
    finishPasskeyLogin: ({ flow, response }, from) =>
      refusing(from.source, async () =>
        begin(await passkeys().finishLogin(flow, authentication(response)), from),
      ),
  }
}

/** The library reads it member by member, and refuses what is not as it should be. */
function registration(response: JsonObject): RegistrationResponseJSON {
  if (isJsonObject(response.response)) return response as unknown as RegistrationResponseJSON
  throw notAnAnswer()
}

function authentication(response: JsonObject): AuthenticationResponseJSON {
  if (isJsonObject(response.response)) return response as unknown as AuthenticationResponseJSON
  throw notAnAnswer()
}

function notAnAnswer(): PortcullisError {
  return new PortcullisError('REQUEST_INVALID', '`response` is no answer of an authenticator')
}
