import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import type {
  AttestedProcess,
  CaRoots,
  IssuedSvid,
  Noted,
  SvidRequest,
} from '../../contract/certificates.ts'
import { svidProofText } from '../../contract/svid-proof.ts'
import type { CertificateOperations } from '../../inbound/admin/certificate-operations.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { formatSpiffeId } from '../../kernel/identity/spiffe-id.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import { processNow } from '../../sandbox/linux-processes.ts'
import type { AgentConfig, Config } from '../config.ts'
import type { Authority } from '../parts.ts'
import { type EventPorts, recordEvent } from '../record-event.ts'
import type { Certificates } from '../tls/certificates.ts'
import { runtimeId } from '../tls/own-certificate.ts'

export interface SvidDeskOptions {
  readonly tenant: Tenant
  readonly installation: Config
  readonly certificates: Certificates
  readonly ports: EventPorts
  /** Where agents connect. */
  readonly address: string
  /** The agent as declared. Throws for one that may do nothing at the moment. */
  readonly agent: (name: string) => AgentConfig | undefined
  /** From now on the certificate with this serial number proves nothing. Leaves a receipt. */
  readonly revoke: (issued: OutstandingSvid) => Promise<void>
  /** By serial number, those whose agents run. */
  readonly outstanding: Map<string, OutstandingSvid>
  /** Who asks. */
  readonly by: EventBy
}

/** An SVID whose agent runs, as far as is known. */
export interface OutstandingSvid {
  readonly agent: string
  readonly serial: string
  readonly expires: number
}

/** Issues SVIDs to launched agents, and takes them back. What changes something is receipted. */
export function svidDesk(options: SvidDeskOptions): CertificateOperations {
  const { ports, certificates, outstanding, by } = options
  const forgetEnded = (now: number) => {
    for (const [serial, { expires }] of outstanding) if (expires <= now) outstanding.delete(serial)
  }
  const caRoots = (authority: Authority) => rootsOf(authority, ports.clock.now())
  return {
    async issueSvid(agent, request) {
      forgetEnded(ports.clock.now())
      try {
        const { issued, entry } = await issue(agent, request, options)
        outstanding.set(entry.serial, entry)
        return issued
      } catch (error) {
        const event = { name: 'attestation.refused', digest: request.digest } as const
        const detail = `${agent}: ${codeOf(error)}`
        await recordEvent(ports, { ...event, detail }, by)
        throw error
      }
    },
    async endSvid(serial): Promise<Noted> {
      const entry = outstanding.get(serial)
      if (entry === undefined) return { noted: false }
      outstanding.delete(serial)
      await options.revoke(entry)
      return { noted: true }
    },
    async reportStrangers(serial, { count }): Promise<Noted> {
      const entry = outstanding.get(serial)
      if (entry === undefined) return { noted: false }
      const detail = `at the endpoint of ${entry.agent}`
      await recordEvent(ports, { name: 'launch.stranger_refused', detail, count }, by)
      return { noted: true }
    },
    ca: async () => caRoots(await certificates.authority()),
    async rotateCa({ emergency = false }) {
      const authority = await certificates.authority()
      const { generation = 0 } = authority.roots(ports.clock.now()).at(-1) ?? {}
      const detail = `${generation + 1}${emergency ? ' in an emergency' : ''}`
      await recordEvent(ports, { name: 'ca.rotated', detail }, by)
      await authority.rotate(ports.clock.now(), { emergency })
      return caRoots(authority)
    },
  }
}

async function issue(agent: string, request: SvidRequest, options: SvidDeskOptions) {
  const { tenant, installation, ports, certificates, address } = options
  const { digest } = request
  checkListener(installation)
  const declared = options.agent(agent)
  if (declared === undefined) {
    throw new PortcullisError('IDENTITY_UNKNOWN', `no agent \`${agent}\` is declared`)
  }
  const publicKey = provedKey(svidProofText(agent, { ...request, tenant }), request)
  checkProcess(request.process)
  if (declared.digest !== undefined && declared.digest !== digest) {
    throw new PortcullisError('ATTESTATION_MISMATCH', `the code of \`${agent}\` is \`${digest}\``)
  }
  const authority = await certificates.authority()
  const { trustDomain } = authority
  const id = { trustDomain, tenant, kind: 'agent', id: agent } as const
  const now = ports.clock.now()
  const ttlMs = installation.certificates.svidTtlMs
  const leaf = await authority.issue({ id, publicKey, now, ttlMs, digest })
  const expires = new Date(leaf.expires).toISOString()
  const { pid, uid } = request.process
  const detail = `${agent} ${leaf.serial} until ${expires}, process ${pid} of user ${uid}`
  await recordEvent(ports, { name: 'svid.issued', detail, digest }, options.by)
  const issued: IssuedSvid = {
    ...{ spiffeId: formatSpiffeId(id), certificate: leaf.cert, serial: leaf.serial, expires },
    roots: [...authority.at(now).roots],
    ...{ runtimeId: formatSpiffeId(runtimeId(authority)), address },
  }
  return { issued, entry: { agent, serial: leaf.serial, expires: leaf.expires } }
}

/** An SVID that the listener does not take would be worth nothing. */
function checkListener({ listen }: Config): void {
  const tls = listen.mcp.tls
  if (tls?.certificate === 'own' && tls.clients?.authority === 'own') return
  throw new PortcullisError('LAUNCH_NEEDS_TLS', 'the listener takes no SVIDs')
}

/** The key, whose holder signed this very request. */
function provedKey(text: string, { publicKey, proof }: SvidRequest): KeyObject {
  const key = parseKey(Buffer.from(publicKey, 'base64'))
  if (verify('sha256', Buffer.from(text), key, Buffer.from(proof, 'base64'))) return key
  throw new PortcullisError('ATTESTATION_REFUSED', 'whoever asks does not hold the key')
}

function parseKey(der: Buffer): KeyObject {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new PortcullisError('REQUEST_INVALID', 'that is no public key', { cause })
  }
}

/** The launcher and the runtime are on one machine: the runtime looks for itself. */
function checkProcess({ pid, uid, started }: AttestedProcess): void {
  const found = processNow(pid)
  if (found?.started === started && found.uid === uid) return
  throw new PortcullisError('ATTESTATION_REFUSED', `process ${pid} is not the one that is attested`)
}

function rootsOf(authority: Authority, now: number): CaRoots {
  const iso = (ms: number) => new Date(ms).toISOString()
  const roots = authority.roots(now)
  const signing = roots.findLast(({ activates }) => activates <= now) ?? roots[0]
  return {
    trustDomain: authority.trustDomain,
    roots: roots.map((root) => {
      const { generation, cert, activates, retires } = root
      const { subject, fingerprint256, validToDate } = new X509Certificate(cert)
      const before = activates > now ? 'announced' : 'retiring'
      return {
        ...{ generation, state: root === signing ? 'active' : before, certificate: cert },
        subject: subject.replaceAll('\n', ', '),
        fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
        ...{ activates: iso(activates), ...(retires !== undefined && { retires: iso(retires) }) },
        ends: validToDate.toISOString(),
      }
    }),
  }
}
