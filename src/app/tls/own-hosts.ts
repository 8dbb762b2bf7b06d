import type { ListenConfig } from '../config/config.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
/** Addresses that stand for all addresses name none. */
const ANY = ['0.0.0.0', '::']

/** Names and addresses under which the listener is reached, without ports. */
export function ownHosts({
  host,
  allowedHosts,
}: Pick<ListenConfig, 'host' | 'allowedHosts'>): readonly string[] {
  const allowed = allowedHosts.map((allowed) => allowed.replace(/:\d{1,5}$/, ''))
  const hosts = [...LOOPBACK, host, ...allowed.map((name) => name.replace(/^\[|\]$/g, ''))]
  return [...new Set(hosts)].filter((name) => !ANY.includes(name))
}
