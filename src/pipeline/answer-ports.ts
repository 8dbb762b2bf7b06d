/** Where the answers to one request are counted, from their arrival until they have left. */
export interface AnswerRoom {
  /**
   * For one answer more: what is returned is told how many bytes of it there are by now, and
   * throws PortcullisError `ANSWERS_LIMIT` where they are too many beside all others.
   */
  answer(): (bytes: number) => void
}

/** The room that the answers to one request take, until it is given back. */
export interface TakenRoom extends AnswerRoom {
  /** Bytes that are counted now. */
  readonly bytes: number
  /** Gives all of it back: the answer has left, or nobody takes it any more. */
  leave(): void
}

/** What answers take of memory, of all agents together. */
export interface Answers {
  /** Room for the answers to one request of an agent. */
  enter(owner: string): TakenRoom
}
