import { PortcullisError } from '../../kernel/errors.ts'
import type { McpUpstreams } from '../../pipeline/ports.ts'

/** The servers of a tenant that has none. */
export const NO_UPSTREAMS: McpUpstreams = {
  servers: () => [],
  about: unknown,
  list: unknown,
  listen: () => undefined,
  leave: () => undefined,
}

async function unknown(server: string): Promise<never> {
  throw new PortcullisError('UPSTREAM_UNKNOWN', `there is no server \`${server}\``)
}
