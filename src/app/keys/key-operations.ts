import type { KeyList, TrustStatus } from '../../contract/keys.ts'
import type { KeyOperations } from '../../inbound/admin/key-operations.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import { type KeyRecord, keyIdOf } from '../../kernel/trust/key-record.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'
import type { KeyDesk } from './key-desk.ts'
import type { TrustDesk } from './trust-desk.ts'

/**
 * What operators may do with keys. Who asked for what has its receipt before anything changes, so
 * that nothing does when none can be written; what came of it has receipts of its own, which name
 * who asked as well.
 */
export function keyOperations(desk: KeyDesk, ports: EventPorts, by: EventBy): KeyOperations {
  const asker = by.actor.at(-1)
  const keys = () => keyList(desk.keys, desk.trust)
  const asked = (detail: string) => recordEvent(ports, { name: 'key.change_requested', detail }, by)
  return {
    keys,
    async rotateKey({ emergency = false }) {
      await asked(emergency ? 'rotate, in an emergency' : 'rotate')
      await desk.rotate({ emergency, asker })
      return keys()
    },
    async retireKey({ now = false }) {
      await asked(now ? 'retire, before the overlap ends' : 'retire')
      await desk.retire({ now, asker })
      return keys()
    },
    async compromiseKey(id, { bound }) {
      await asked(`compromised: ${id}`)
      await desk.compromised(id, { bound, asker })
      return keys()
    },
    async draftTrust(options) {
      await asked('draft a trust document')
      return { file: await desk.trust.draft(options) }
    },
    async publishTrust({ file }) {
      await asked('publish a trust document')
      await desk.publish(file, { asker })
      return keys()
    },
  }
}

/** Keys sign for all tenants: one of them may see the public ones, and changes none. */
export function keysOfOthers(desk: KeyDesk): KeyOperations {
  const refuse = async () => {
    throw new PortcullisError('INSTALLATION_ONLY', 'the keys are those of the installation')
  }
  return {
    keys: () => keyList(desk.keys, desk.trust),
    ...{ rotateKey: refuse, retireKey: refuse, compromiseKey: refuse },
    ...{ draftTrust: refuse, publishTrust: refuse },
  }
}

export type { KeyOperations }

export function keyList(keys: readonly KeyRecord[], trust: TrustDesk): KeyList {
  return { keys: keys.map(shown), trust: trustStatus(trust) }
}

export function trustStatus({ current, standing }: TrustDesk): TrustStatus {
  if (current === undefined) return { standing }
  return { standing, version: current.version, expires: current.expires }
}

function shown(key: KeyRecord): KeyList['keys'][number] {
  return { id: keyIdOf(key), ...key }
}
