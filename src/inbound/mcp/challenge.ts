import type { Answer } from './answer.ts'

/** What an agent is told when its credential will not do. */
export interface Challenges {
  /** Where the metadata of the endpoint is (RFC 9728 section 5.1). */
  readonly resourceMetadata: () => string | undefined
  /** The nonce for proofs of possession that are made from now on. */
  readonly dpopNonce: () => string
}

/** Says beside every challenge where the agent finds out how to get a token. */
export function challenged(answer: Answer, challenges: Challenges | undefined): Answer {
  const metadata = challenges?.resourceMetadata()
  if (metadata === undefined || 'stream' in answer) return answer
  const challenge = answer.headers?.['www-authenticate']
  if (challenge === undefined) return answer
  const separator = challenge.includes(' ') ? ', ' : ' '
  const told = `${challenge}${separator}resource_metadata="${metadata}"`
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': told } }
}
