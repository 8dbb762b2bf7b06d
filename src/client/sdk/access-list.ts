import type { AccessCandidate } from './access-candidate.ts'

/** What a candidate may do, each level what the ones before it may. */
export const AccessLevel = { Read: 'read', Write: 'write', Owner: 'owner' } as const
export type AccessLevel = (typeof AccessLevel)[keyof typeof AccessLevel]

export interface AccessEntry {
  /** `agent:sales`, `user:ada`, `team:research` or `public`. */
  readonly candidate: string
  readonly level: AccessLevel
}

/** Who may do what with a resource. It never changes: each change is another list. */
export class ACL {
  readonly entries: readonly AccessEntry[]
  /** Of the list as the runtime has it, where it came from there. */
  readonly digest: string | undefined

  constructor(entries: readonly AccessEntry[] = [], digest?: string) {
    this.entries = entries
    this.digest = digest
  }

  /** The list with the candidate at that level, whatever level it had before. */
  addAccess(candidate: AccessCandidate, level: AccessLevel): ACL {
    const { text } = candidate
    return new ACL([...this.without(text), { candidate: text, level }], this.digest)
  }

  /** The list without the candidate. */
  removeAccess(candidate: AccessCandidate): ACL {
    return new ACL(this.without(candidate.text), this.digest)
  }

  /** The candidate's own level; what its team and the public have comes beside it. */
  levelOf(candidate: AccessCandidate): AccessLevel | undefined {
    return this.entries.find((entry) => entry.candidate === candidate.text)?.level
  }

  private without(candidate: string): readonly AccessEntry[] {
    return this.entries.filter((entry) => entry.candidate !== candidate)
  }
}
