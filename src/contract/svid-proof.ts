// Apart from the schemas, whose library the client does not load.
import type { SvidRequest } from './certificates.ts'

/** What is signed to prove the possession of the key that an SVID is asked for. */
export function svidProofText(
  agent: string,
  { tenant, publicKey, digest }: Pick<SvidRequest, 'publicKey' | 'digest'> & { tenant: string },
): string {
  return ['portcullis svid', tenant, agent, digest, publicKey].join('\n')
}
