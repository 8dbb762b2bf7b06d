import type { AccessCandidate } from './access-candidate.ts'
import { type AccessMethods, accessMethods } from './access-methods.ts'
import { ClientError, membersOf } from './client-error.ts'
import type { CallOptions, Send } from './send.ts'

export interface MemoryRecord {
  readonly key: string
  readonly value: unknown
}

/** Records in the namespaces of the runtime, asked for as one candidate. */
export interface CandidateMemory extends AccessMethods {
  /** The value, or nothing where there is no such record. */
  read(namespace: string, key: string, options?: CallOptions): Promise<unknown>
  /** The first `limit` records in the order of their keys. */
  list(
    namespace: string,
    options?: CallOptions & { readonly limit?: number },
  ): Promise<readonly MemoryRecord[]>
  /** Sent once: a write that was not answered may or may not have happened. */
  write(namespace: string, record: MemoryRecord, options?: CallOptions): Promise<void>
}

export function candidateMemory(send: Send, candidate: AccessCandidate): CandidateMemory {
  const read = async (args: object, options: CallOptions) =>
    recordsOf(await send({ path: 'memory/read', candidate, args, repeatable: true, ...options }))
  return {
    ...accessMethods(send, { type: 'memory', candidate }),
    async read(namespace, key, options = {}) {
      const [record] = await read({ namespace, key }, options)
      return record?.value
    },
    list: (namespace, { limit, ...options } = {}) =>
      read({ namespace, ...(limit !== undefined && { limit }) }, options),
    async write(namespace, { key, value }, options = {}) {
      const args = { namespace, key, value }
      await send({ path: 'memory/write', candidate, args, repeatable: false, ...options })
    },
  }
}

function recordsOf(result: unknown): readonly MemoryRecord[] {
  const { records } = membersOf(result)
  if (!Array.isArray(records)) throw new ClientError('CLIENT_PROTOCOL', 'an answer without records')
  return records.map((record: unknown) => {
    const { key, value } = membersOf(record)
    return { key: String(key), value }
  })
}
