import type {
  CaRoots,
  CaRotation,
  IssuedSvid,
  Noted,
  StrangerReport,
  SvidRequest,
} from '../../contract/certificates.ts'

/** What may be done about certificates. Each may throw a `PortcullisError`. */
export interface CertificateOperations {
  issueSvid(agent: string, request: SvidRequest): Promise<IssuedSvid>
  endSvid(serial: string): Promise<Noted>
  reportStrangers(serial: string, report: StrangerReport): Promise<Noted>
  ca(): Promise<CaRoots>
  rotateCa(request: CaRotation): Promise<CaRoots>
}
