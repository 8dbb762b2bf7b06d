import type { AdminRoute } from '../contract/admin-api.ts'
import type {
  CaRoots,
  CaRotation,
  IssuedSvid,
  Noted,
  StrangerReport,
  SvidRequest,
} from '../contract/certificates.ts'

export type { AttestedProcess, CaRoots, IssuedSvid, SvidRequest } from '../contract/certificates.ts'
export { svidProofText } from '../contract/svid-proof.ts'

/** The part of the admin client about certificates. */
export interface CertificateClient {
  issueSvid(agent: string, request: SvidRequest): Promise<IssuedSvid>
  endSvid(serial: string): Promise<Noted>
  reportStrangers(serial: string, report: StrangerReport): Promise<Noted>
  ca(): Promise<CaRoots>
  rotateCa(request?: CaRotation): Promise<CaRoots>
}

interface Call {
  readonly method: AdminRoute['method']
  readonly path: string
  readonly body?: object
}

export function certificateClient<Answer>(json: (call: Call) => Promise<Answer>) {
  const post = { method: 'POST' } as const
  return {
    issueSvid: (agent: string, body: SvidRequest) =>
      json({ ...post, path: `/v1/agents/${encodeURIComponent(agent)}/svids`, body }),
    endSvid: (serial: string) =>
      json({ ...post, path: `/v1/svids/${encodeURIComponent(serial)}/end` }),
    reportStrangers: (serial: string, body: StrangerReport) =>
      json({ ...post, path: `/v1/svids/${encodeURIComponent(serial)}/strangers`, body }),
    ca: () => json({ method: 'GET', path: '/v1/ca' }),
    rotateCa: (body: CaRotation = {}) => json({ ...post, path: '/v1/ca/rotate', body }),
  }
}
