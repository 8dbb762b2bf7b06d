import type { Finding } from './problems.ts'
import type { TenantFile } from './tenant-schema.ts'

/** Which servers the operator of the installation lets a tenant declare. Absent: any. */
export interface AllowedServers {
  readonly commands?: readonly string[] | undefined
  readonly hosts?: readonly string[] | undefined
}

/** The servers of a tenant that the main file does not allow it. */
export function* disallowedServers(
  { servers }: Pick<TenantFile, 'servers'>,
  { commands, hosts }: AllowedServers,
): Generator<Finding> {
  for (const [name, server] of Object.entries(servers)) {
    const path = (key: string) => ['servers', name, key]
    if (server.transport === 'stdio') {
      if (commands === undefined || commands.includes(server.command)) continue
      yield { path: path('command'), message: refusal('commands', commands) }
    } else {
      const host = URL.parse(server.url)?.host ?? ''
      if (hosts === undefined || hosts.some((pattern) => isHost(host, pattern))) continue
      yield { path: path('url'), message: refusal('hosts', hosts) }
    }
  }
}

/** A star stands for one label or more, never for none: `*.example.com` is not `example.com`. */
function isHost(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase()
  if (!wanted.startsWith('*.')) return host === wanted
  const tail = wanted.slice(1)
  return host.length > tail.length && host.endsWith(tail)
}

/** Neither the command nor the address is quoted: they could hold a secret. */
function refusal(what: 'commands' | 'hosts', allowed: readonly string[]): string {
  const list = allowed.map((one) => `\`${one}\``).join(', ')
  const those = list === '' ? 'none' : `only ${list}`
  return `the installation allows this tenant ${those}: see \`allowed_${what}\` in the main file`
}
