import type { From, PeopleService } from '../../inbound/people/people-door.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { Gate, LoggedIn } from '../../pipeline/ports.ts'
import { peopleCeremonies } from './people-ceremonies.ts'
import type { Begun, PeopleDesk } from './people-desk.ts'

interface Parts {
  readonly desk: PeopleDesk
  readonly gate: Pick<Gate, 'admit' | 'refuse'>
}

/** What people may do about their own logins: who they are, their session says. */
export function peopleService({ desk, gate }: Parts): PeopleService {
  const { people, logins } = desk
  const begin = async (person: LoggedIn, from: From) => shown(await desk.begin(person, from))
  const refusing = async <T>(source: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      const refused = error instanceof PortcullisError && error.code === 'LOGIN_REFUSED'
      if (refused) await gate.refuse('LOGIN_REFUSED', { door: 'login', peer: source, run: '-' })
      throw error
    }
  }
  const admitted = async (token: string, source: string) => {
    const channel = { door: 'login', peer: source, run: '-' }
    const identity = await gate.admit({ kind: 'bearer', token }, channel)
    if (identity.principal.kind === 'human') return identity
    throw new PortcullisError('IDENTITY_INVALID', 'the token is no session of a person')
  }
  return {
    password: async (login, from) => begin(await logins.password(login), from),
    async elevate(token, code, source) {
      const { tenant, principal } = await admitted(token, source)
      const who = { tenant, name: principal.id, source }
      await logins.attempt(
        who,
        async () => people.accounts.code(tenant, principal.id, code) || undefined,
      )
      return shown(await desk.elevate(token, source))
    },
    async changePassword(token, { password, next }, source) {
      const { tenant, principal, chain } = await admitted(token, source)
      const who = { tenant, name: principal.id, source }
      const isHers = () => people.accounts.matches(tenant, principal.id, password)
      await logins.attempt(who, async () => (await isHers()) || undefined)
      const by: EventBy = { actor: chain, channel: { door: 'login', peer: source } }
      await desk.setPassword(who, next, by)
      return {}
    },
    async logout(token, source) {
      const { tenant, chain, credential } = await admitted(token, source)
      const by: EventBy = { actor: chain, channel: { door: 'login', peer: source } }
      await desk.end(tenant, { id: credential?.id ?? '' }, { by, reason: 'logged out' })
      return {}
    },
    async whoami(token, source) {
      const { tenant, principal, session, credential } = await admitted(token, source)
      const { id, roles, attributes = {} } = principal
      const expires = new Date(credential?.expires ?? 0).toISOString()
      return { tenant, id, roles: [...roles], attributes, session: { ...session }, expires }
    },
    ...peopleCeremonies({ desk, admitted, begin, refusing }),
  }
}

/** Times in ISO 8601, as everywhere in what goes out. */
function shown({ expires, ...begun }: Begun): object {
  return { ...begun, expires: new Date(expires).toISOString() }
}
