/** A resource of one server, under the server's own URI for it. */
export interface OwnUri {
  readonly server: string
  readonly uri: string
}

/**
 * The URI of a resource among those of all servers: its own behind a scheme that names the server,
 * `mcp+desk:file:///a`. A scheme (RFC 3986 section 3.1) has no `_` and the name of a server has no
 * dot, so that one stands for the other. A template stays a template.
 */
export function federatedUri(server: string, uri: string): string {
  return `mcp+${server.replaceAll('_', '.')}:${uri}`
}

const FEDERATED = /^mcp\+([a-z][a-z0-9.-]{0,31}):(.*)$/s

/** Whose resource it is; nothing for a URI that is none of a server here. */
export function ownUri(federated: string): OwnUri | undefined {
  const [, scheme, uri] = FEDERATED.exec(federated) ?? []
  if (scheme === undefined || uri === undefined) return undefined
  return { server: scheme.replaceAll('.', '_'), uri }
}
