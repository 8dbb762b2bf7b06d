import type { FastifyReply } from 'fastify'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Identity } from '../../kernel/identity/principal.ts'
import { concerns } from '../../kernel/identity/standing.ts'
import type { Standing } from '../../pipeline/ports.ts'
import {
  openWatchStream,
  type Subscribe,
  type WatchLimits,
  type WatchStream,
} from './watch-stream.ts'

export interface WatchesOptions {
  readonly watchOf: (identity: Identity) => Subscribe
  readonly limits: WatchLimits & { readonly watchers: number }
  readonly standing?: Pick<Standing, 'onEnd'>
}

/** The watches that are open, each with who watches. */
export function createWatches({ watchOf, limits, standing }: WatchesOptions) {
  const streams = new Map<WatchStream, Identity>()
  const stopListening = standing?.onEnd((end) => {
    for (const [stream, identity] of streams) if (concerns(end, identity)) stream.end('ended')
  })
  return {
    /** @throws PortcullisError `WATCH_LIMIT`. */
    open(identity: Identity, reply: FastifyReply) {
      if (streams.size >= limits.watchers) {
        throw new PortcullisError('WATCH_LIMIT', `there are ${limits.watchers} watchers already`)
      }
      reply.hijack()
      const onClose = () => streams.delete(stream)
      const subscribe = watchOf(identity)
      const stream = openWatchStream(reply.raw, { subscribe, limits, onClose })
      streams.set(stream, identity)
    },
    endAll() {
      stopListening?.()
      for (const stream of streams.keys()) stream.end('stopped')
    },
  }
}
