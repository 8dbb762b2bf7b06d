import { type Candidate, parseCandidate } from '../../kernel/acl/candidate.ts'

/**
 * Whom a program says it is when it asks for something. It says so and proves nothing: the runtime
 * compares it with what the connection proves, and refuses what does not fit.
 *
 * @example
 * const candidate = AccessCandidate.agent('sales')
 */
export class AccessCandidate {
  /** `agent:sales`, `user:ada`, `team:research` or `public`. */
  readonly text: Candidate

  private constructor(text: Candidate) {
    this.text = text
  }

  /** @throws PortcullisError `CANDIDATE_INVALID`; so do the others. */
  static agent(id: string): AccessCandidate {
    return new AccessCandidate(parseCandidate(`agent:${id}`))
  }

  static user(id: string): AccessCandidate {
    return new AccessCandidate(parseCandidate(`user:${id}`))
  }

  static team(id: string): AccessCandidate {
    return new AccessCandidate(parseCandidate(`team:${id}`))
  }

  /** Everybody whose connection proves anything at all. */
  static public(): AccessCandidate {
    return new AccessCandidate('public')
  }

  /** A candidate as the runtime writes it. */
  static parse(text: string): AccessCandidate {
    return new AccessCandidate(parseCandidate(text))
  }

  toString(): string {
    return this.text
  }
}
