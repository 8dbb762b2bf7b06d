import { codeOf, PortcullisError } from '../kernel/errors.ts'
import type { Failed } from '../kernel/identity/attempt-limits.ts'
import type { Credential } from '../kernel/identity/credential.ts'
import type { Identity } from '../kernel/identity/principal.ts'
import type { RecordedEvent } from '../kernel/receipt/receipt.ts'
import { guard } from './guard.ts'
import { overheard } from './overheard.ts'
import { permit } from './permit.ts'
import type { Channel, Gate, Ports } from './ports.ts'
import { recordAtDoor, recordRefusal } from './steps/record.ts'
import { visible } from './visible.ts'

/** What doors are handed: the guard over these ports, and the questions that come before it. */
export function createGate(ports: Ports): Gate {
  return {
    guard: (request) => guard(request, ports),
    admit: (credential, channel) => admit(credential, channel, ports),
    permit: (request) => permit(request, ports),
    refuse: async (code, channel, identity) => {
      await recordRefusal({ code, channel, identity }, ports)
    },
    note: (event, channel, identity) => recordAtDoor(event, { channel, identity }, ports),
    crossed: (what, { door, peer }, { chain }) =>
      ports.crossings.note(what, { actor: chain, channel: { door, peer } }),
    overheard: (identity, notice, channel) => overheard(notice, { identity, channel }, ports),
    visible: (identity, actions, channel) => visible({ identity, actions, channel }, ports),
    named: (_, operation) => ports.policies.current().namedResources?.(operation) ?? [],
  }
}

async function admit(credential: Credential, channel: Channel, ports: Ports): Promise<Identity> {
  const { identities, admissions, clock } = ports
  try {
    admissions.check(credential, channel.peer, clock.now())
    const identity = await identities.verify(credential, clock.now())
    admissions.proved(credential)
    return identity
  } catch (error) {
    const code = codeOf(error)
    await recordRefusal({ code, channel, identity: undefined }, ports)
    const failed = admissions.refused(credential, channel.peer, { code, now: clock.now() })
    if (failed?.begins)
      await recordAtDoor(throttled(failed), { channel, identity: undefined }, ports)
    if (error instanceof PortcullisError) throw error
    throw new PortcullisError(code, 'the credential could not be checked', { cause: error })
  }
}

function throttled({ failures }: Failed): RecordedEvent {
  return { name: 'authentication.throttled', detail: 'the address has to wait', count: failures }
}
