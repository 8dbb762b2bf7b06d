import type { KeyList, TrustStatus } from '../../contract/keys.ts'
import type { KeyOperations } from '../../inbound/admin/key-routes.ts'
import { type KeyRecord, keyIdOf } from '../../kernel/trust/key-record.ts'
import type { KeyDesk } from './key-desk.ts'
import type { TrustDesk } from './trust-desk.ts'

/** What operators may do with keys. Every change leaves a receipt. */
export function keyOperations(desk: KeyDesk): KeyOperations {
  const keys = () => keyList(desk.keys, desk.trust)
  return {
    keys,
    async rotateKey(request) {
      await desk.rotate({ emergency: request.emergency ?? false })
      return keys()
    },
    async retireKey(request) {
      await desk.retire({ now: request.now ?? false })
      return keys()
    },
    async compromiseKey(id, { bound }) {
      await desk.compromised(id, bound)
      return keys()
    },
    draftTrust: async (options) => ({ file: await desk.trust.draft(options) }),
    async publishTrust({ file }) {
      await desk.publish(file)
      return keys()
    },
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
