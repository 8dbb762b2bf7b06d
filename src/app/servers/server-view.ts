import type { UpstreamStatus } from '../../connectors/mcp/upstream.ts'
import type { ServerDetail, ServerView } from '../../contract/servers.ts'
import { PortcullisError } from '../../kernel/errors.ts'
import { withinBytes } from '../../kernel/json/within-bytes.ts'
import { SERVER_ITSELF } from '../../kernel/tools/fingerprint.ts'
import type { ServerConfig } from '../config.ts'
import type { TenantParts } from '../tenant/open-tenant.ts'

/** Bytes of the tools in one answer: a server chooses their names. */
const TOOLS_BYTES = 1024 * 1024

type Viewed = Pick<TenantParts, 'live' | 'servers' | 'ports' | 'tools' | 'config'>

/** All servers that a tenant declares, as they are doing. */
export function serverViews(parts: Viewed): readonly ServerView[] {
  return Object.entries(parts.live.declared).map(([name, its]) => viewOf(name, its, parts))
}

/** @throws PortcullisError `SERVER_UNKNOWN`. */
export function serverView(name: string, parts: Viewed): ServerView {
  return viewOf(name, knownServer(name, parts), parts)
}

/** @throws PortcullisError `SERVER_UNKNOWN`. */
export function serverDetail(name: string, parts: Viewed): ServerDetail {
  const its = knownServer(name, parts)
  const { callTimeoutMs, trust = parts.config.tools.trust, schema, sanitise, schemapin } = its
  const tools = toolsOf(name, parts)
  const shown = withinBytes(tools, TOOLS_BYTES)
  return {
    ...viewOf(name, its, parts),
    ...(its.transport === 'stdio'
      ? { args: its.args.length, env: Object.keys(its.env).sort() }
      : { headers: Object.keys(its.headers).sort() }),
    ...{ file: parts.config.file, callTimeoutMs, trust, schema, sanitise },
    signatures: schemapin?.level ?? 'off',
    introspects: its.transport === 'http' && its.introspectionSecret !== undefined,
    ...{ tools: [...shown], more: tools.length - shown.length },
  }
}

/** @throws PortcullisError `SERVER_UNKNOWN`. */
export function knownServer(name: string, { live }: Pick<TenantParts, 'live'>): ServerConfig {
  const its = live.find(name)
  if (its !== undefined) return its
  throw new PortcullisError('SERVER_UNKNOWN', `no server \`${name}\` is declared`)
}

/** Neither arguments nor values nor more than the host of an address: they may be secrets. */
function viewOf(name: string, its: ServerConfig, parts: Viewed): ServerView {
  const { transport, isolation, protocol, space } = its
  const status = parts.servers.status().find(({ server }) => server === name)
  const revision = parts.servers.declared?.(name)?.protocolVersion
  const tools = toolsOf(name, parts)
  const held = tools.filter(({ code }) => code !== undefined).length
  const pins = parts.tools.desk.book.of(name)
  const pinned = pins.filter(({ state, tool }) => state === 'pinned' && tool !== SERVER_ITSELF)
  return {
    ...{ name, transport, isolation, protocol },
    ...(its.transport === 'stdio' ? { command: its.command } : { host: new URL(its.url).host }),
    ...(revision !== undefined && { revision }),
    ...(space !== undefined && { space }),
    ...stateOf(status),
    ...{ restarts: status?.restarts ?? 0, links: status?.links ?? 0 },
    ...{ offered: tools.length - held, heldBack: held, pinned: pinned.length },
  }
}

/** What is down and not waiting is being tried right now. */
function stateOf(
  status: UpstreamStatus | undefined,
): Pick<ServerView, 'state' | 'code' | 'retryMs'> {
  if (status?.state === 'up') return { state: 'up' }
  const { code, retryMs } = status ?? {}
  const why = code === undefined ? {} : { code }
  if (retryMs === undefined) return { state: 'connecting', ...why }
  return { state: 'failed', ...why, retryMs: Math.ceil(retryMs) }
}

/** What it listed last, as trust in it stands. */
function toolsOf(name: string, { servers, ports }: Viewed): ServerDetail['tools'] {
  const listed = servers.tools().filter(({ server }) => server === name)
  return listed.map((tool) => {
    const standing = ports.trust.standing(tool)
    return { name: tool.tool, ...(standing.state === 'untrusted' && { code: standing.code }) }
  })
}
