import { PortcullisError } from '../../kernel/errors.ts'

/** Under which names the listener answers. */
export interface AddressRules {
  /** Values of `Host`, with a port or, for any port, without. */
  readonly allowedHosts: readonly string[]
  /** Values of `Origin`: `https://console.example.com`. */
  readonly allowedOrigins: readonly string[]
  readonly secure: boolean
}

/** Where a request says that it goes and comes from. */
export interface RequestAddress {
  /** Every `Host` header of the request. */
  readonly hosts: readonly string[]
  readonly origin: string | undefined
  /** The port that the connection came in by. */
  readonly port: number | undefined
}

/**
 * Refuses what a web page could bring about. DNS rebinding points the page's own name at this
 * address: the connection is then local, but `Host` and `Origin` still bear the page's name.
 * @throws PortcullisError `HOST_REFUSED` or `ORIGIN_REFUSED`.
 */
export function checkAddress(address: RequestAddress, rules: AddressRules): void {
  const { hosts, origin } = address
  const [host] = hosts
  if (host === undefined || hosts.length > 1 || !isHostServed(host, address, rules)) {
    throw new PortcullisError('HOST_REFUSED', `the host \`${hosts.join(', ')}\` is not served`)
  }
  if (origin !== undefined && !isOriginServed(origin, address, rules)) {
    throw new PortcullisError('ORIGIN_REFUSED', `the origin \`${origin}\` is not served`)
  }
}

function isHostServed(host: string, { port }: RequestAddress, rules: AddressRules): boolean {
  const named = splitHost(host, rules.secure)
  if (named === undefined) return false
  if (isLoopback(named.name) && named.port === port) return true
  const spelling = host.toLowerCase()
  return rules.allowedHosts.some((allowed) => {
    const entry = allowed.toLowerCase()
    return entry === spelling || entry === named.name
  })
}

function isOriginServed(origin: string, { port }: RequestAddress, rules: AddressRules): boolean {
  const spelling = origin.toLowerCase()
  if (rules.allowedOrigins.some((allowed) => allowed.toLowerCase() === spelling)) return true
  const scheme = rules.secure ? 'https://' : 'http://'
  if (!spelling.startsWith(scheme)) return false
  const named = splitHost(spelling.slice(scheme.length), rules.secure)
  return named !== undefined && isLoopback(named.name) && named.port === port
}

/** RFC 3986 section 3.2 without user information: a name, an IPv4 or a bracketed IPv6 address. */
const HOST = /^(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(?::(\d{1,5}))?$/i

function splitHost(host: string, secure: boolean): { name: string; port: number } | undefined {
  const [, name, port] = HOST.exec(host) ?? []
  if (name === undefined) return undefined
  return { name: name.toLowerCase(), port: port === undefined ? (secure ? 443 : 80) : Number(port) }
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
