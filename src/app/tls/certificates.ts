import { type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificateInUse } from '../../contract/certificates.ts'
import { trustDomainOf } from '../../kernel/identity/spiffe-id.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import type { Alarm, Clock, Log } from '../../pipeline/ports.ts'
import type { AuthoritySource, CertificateSource, PeerTlsConfig } from '../config/tls-config.ts'
import type { Config } from '../config.ts'
import { keysDirectory } from '../data-files.ts'
import { Authority, CaKeys, makeRoot, type TrustBundle } from '../parts.ts'
import { ExpiryWatch, type UsedCertificate } from './expiry-watch.ts'
import type { Live } from './live.ts'
import { liveRoots } from './live-roots.ts'
import { OwnCertificate } from './own-certificate.ts'
import { ownHosts } from './own-hosts.ts'
import { type Connect, type PeerTls, peerConnector } from './peer-connector.ts'
import type { KeyPair } from './pem-files.ts'
import { type FollowOptions, followAuthorities, followPair } from './pem-files.ts'

export interface CertificatesPorts {
  /** The name of the ledger, whose host is the trust domain. */
  readonly origin: string
  readonly clock: Clock
  readonly alarm: Alarm
  readonly log: Log
  readonly report: (event: RecordedEvent) => void
}

/** All certificates that the runtime shows and believes, those of its own authority among them. */
export class Certificates {
  readonly #config: Config
  readonly #ports: CertificatesPorts
  readonly #followed: { readonly close: () => void }[] = []
  readonly #used: { readonly where: string; readonly cert: () => readonly string[] }[] = []
  readonly #watch: ExpiryWatch
  #opening: Promise<Authority> | undefined
  #authority: Authority | undefined
  #own: Promise<OwnCertificate> | undefined

  private constructor(config: Config, ports: CertificatesPorts) {
    this.#config = config
    this.#ports = ports
    const { warnBeforeMs } = config.certificates
    this.#watch = new ExpiryWatch({ ...ports, warnBeforeMs, used: () => this.used() })
  }

  /** @throws PortcullisError `KEYS_*` when there is an own authority that cannot stand. */
  static async open(config: Config, ports: CertificatesPorts): Promise<Certificates> {
    const certificates = new Certificates(config, ports)
    if (existsSync(join(keysDirectory(config.dataDir), 'ca'))) await certificates.authority()
    return certificates
  }

  /** The own authority, made where it is asked for first. */
  authority(): Promise<Authority> {
    this.#opening ??= this.#openAuthority()
    return this.#opening
  }

  /** The own authority, where there is one already. */
  get opened(): Authority | undefined {
    return this.#authority
  }

  /** What others read to know our roots. */
  bundle(): TrustBundle | undefined {
    return this.#authority?.bundle(this.#ports.clock.now())
  }

  /** @throws PortcullisError `CERTIFICATE_UNUSABLE`. */
  async pair(where: string, source: CertificateSource): Promise<Live<KeyPair>> {
    if (source === 'own') return this.#ownCertificate()
    const pair = this.#follow(followPair(source, this.#told(where)))
    this.#used.push({ where, cert: () => [pair.current().cert] })
    return pair
  }

  /** @throws PortcullisError `CERTIFICATE_UNUSABLE`. */
  async authorities(where: string, source: AuthoritySource): Promise<Live<readonly string[]>> {
    if (source === 'own') {
      return this.#follow(liveRoots(await this.authority(), this.#ports))
    }
    const roots = this.#follow(followAuthorities(source.file, this.#told(where)))
    this.#used.push({ where, cert: () => roots.current() })
    return roots
  }

  /** How connections to somebody else are opened. `where` names the settings: `servers.crm.tls`. */
  async connector(where: string, tls: PeerTlsConfig, timeoutMs: number): Promise<Connect> {
    const { authority, certificate, pins, serverName, minVersion } = tls
    const peer: PeerTls = {
      ...(authority && { authorities: await this.authorities(`${where}.ca`, authority) }),
      ...(certificate && { certificate: await this.pair(`${where}.cert`, certificate) }),
      ...{ pins, minVersion },
      ...(serverName !== undefined && { serverName }),
    }
    if (minVersion !== 'TLSv1.3') this.#ports.log.warn('tls.old_version_allowed', { where })
    return peerConnector(peer, { timeoutMs })
  }

  /** All but those that renew themselves. */
  used(): readonly UsedCertificate[] {
    const roots = this.#authority?.roots(this.#ports.clock.now()) ?? []
    return [
      ...this.#used.flatMap(({ where, cert }) => cert().map((pem) => ({ where, cert: pem }))),
      ...roots.map(({ cert, generation }) => ({ where: `ca.${generation}`, cert })),
    ]
  }

  /** How long they are good, for people. */
  status(): readonly CertificateInUse[] {
    const [longest = 0] = this.#config.certificates.warnBeforeMs
    const now = this.#ports.clock.now()
    return this.used().map(({ where, cert }) => {
      const { validToDate } = new X509Certificate(cert)
      const expiring = validToDate.getTime() - now <= longest
      return { where, ends: validToDate.toISOString(), expiring }
    })
  }

  /** Warns from now on of those that end soon. */
  watch(): void {
    this.#watch.start()
  }

  async close(): Promise<void> {
    this.#watch.close()
    for (const followed of this.#followed.splice(0)) followed.close()
    const own = await this.#own?.catch(() => undefined)
    own?.close()
  }

  async #openAuthority(): Promise<Authority> {
    const { origin, clock } = this.#ports
    const trustDomain = trustDomainOf(origin)
    const make = (key: KeyObject, now: number) => makeRoot(trustDomain, { key, now })
    const directory = keysDirectory(this.#config.dataDir)
    const keys = await CaKeys.open(directory, { make, now: clock.now() })
    this.#authority = new Authority(trustDomain, keys)
    return this.#authority
  }

  #ownCertificate(): Promise<OwnCertificate> {
    this.#own ??= this.authority().then((authority) => {
      const { svidTtlMs: ttlMs } = this.#config.certificates
      const hosts = ownHosts(this.#config.listen.mcp)
      return OwnCertificate.open({ ...this.#ports, authority, ttlMs, hosts })
    })
    return this.#own
  }

  #follow<T extends { close(): void }>(followed: T): T {
    this.#followed.push(followed)
    return followed
  }

  #told(where: string): FollowOptions {
    const { log, report } = this.#ports
    return {
      taken: (file) => {
        log.info('certificate.replaced', { where, file })
        report({ name: 'certificate.replaced', detail: where })
        this.#watch.look()
      },
      refused: (file, why) => {
        log.warn('certificate.rejected', { where, file, why })
        report({ name: 'certificate.rejected', detail: where })
      },
    }
  }
}
