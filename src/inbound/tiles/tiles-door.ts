import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import {
  CHECKPOINT_TYPE,
  parseTilePath,
  TILE_TYPE,
  type TileResource,
} from '../../kernel/tlog/tiles.ts'

/** A log as others may see it. */
export interface PublishedLog {
  /** The checkpoint that others are shown, a signed note. */
  checkpoint(): string
  /** The bytes of a resource; nothing for what is beyond that checkpoint. */
  tile(resource: Exclude<TileResource, { kind: 'checkpoint' }>): Uint8Array | undefined
}

export interface TilesDoorOptions {
  /** The log of heads. */
  readonly node: PublishedLog
  /** The log of a tenant by the last part of its origin; nothing for one that is not published. */
  tenant(id: string): PublishedLog | undefined
}

/** What was in a tile stays in it: nobody needs to ask twice. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/** A checkpoint is kept, and asked about each time. */
const ASK_AGAIN = 'public, no-cache'

/**
 * The logs as static resources, as https://c2sp.org/tlog-tiles has them: the log of heads below
 * `/log/`, those of tenants below `/log/l/<id>/`. Whoever reads them can make and check every
 * proof, and is asked for no credential: nothing is served that was not meant to be published.
 */
export function createTilesDoor({ node, tenant }: TilesDoorOptions): FastifyPluginAsync {
  return async (server: FastifyInstance) => {
    server.get<{ Params: { '*': string } }>('/log/*', async (request, reply) => {
      const [log, path] = logOf(request.params['*'], { node, tenant })
      const resource = parseTilePath(path)
      if (log === undefined || resource === undefined) return reply.code(404).send()
      if (resource.kind === 'checkpoint') {
        const note = Buffer.from(log.checkpoint(), 'utf8')
        return send(request, reply, { bytes: note, type: CHECKPOINT_TYPE, cache: ASK_AGAIN })
      }
      const bytes = log.tile(resource)
      if (bytes === undefined) return reply.code(404).send()
      return send(request, reply, { bytes: Buffer.from(bytes), type: TILE_TYPE, cache: FOR_EVER })
    })
  }
}

const TENANT_LOG = /^l\/([0-9a-f]{16})\/(.+)$/

function logOf(
  path: string,
  { node, tenant }: TilesDoorOptions,
): readonly [PublishedLog | undefined, string] {
  const [, id, rest] = TENANT_LOG.exec(path) ?? []
  return id === undefined || rest === undefined ? [node, path] : [tenant(id), rest]
}

interface Answer {
  readonly bytes: Buffer
  readonly type: string
  readonly cache: string
}

/** Answers with the bytes, or with 304 to whoever has them (RFC 9110 section 13.1.2). */
function send(request: FastifyRequest, reply: FastifyReply, { bytes, type, cache }: Answer) {
  const tag = `"${createHash('sha256').update(bytes).digest('base64url')}"`
  reply.header('etag', tag).header('cache-control', cache)
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim())
  if (known.includes(tag) || known.includes(`W/${tag}`) || known.includes('*')) {
    return reply.code(304).send()
  }
  return reply.type(type).header('x-content-type-options', 'nosniff').send(bytes)
}
