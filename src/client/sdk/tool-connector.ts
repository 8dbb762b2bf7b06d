import type { AccessCandidate } from './access-candidate.ts'
import { membersOf } from './client-error.ts'
import type { CallOptions, Send } from './send.ts'

/** Tools of the servers behind the runtime, called as one candidate. */
export interface CandidateTools {
  /**
   * Calls a tool by its name, `server.tool`: its structured content, or its whole result where it
   * has none. Sent once, unless the runtime says for sure that nothing was done.
   */
  call(
    name: string,
    args?: object,
    options?: CallOptions,
  ): Promise<Readonly<Record<string, unknown>>>
}

export function candidateTools(send: Send, candidate: AccessCandidate): CandidateTools {
  return {
    async call(name, given = {}, options = {}) {
      const args = { name, arguments: given }
      const call = { path: 'tools/call', candidate, args, repeatable: false } as const
      return membersOf(await send({ ...call, ...options }))
    },
  }
}
