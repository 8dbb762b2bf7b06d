import type { JsonObject } from '../../../kernel/json/value.ts'
import type { McpMessage } from '../../../pipeline/ports.ts'
import { isPassable } from '../unasked.ts'
import { LISTEN, META, metaOf } from './revision.ts'

export interface Hears {
  readonly id: string
  readonly method: string
  readonly progress: boolean | undefined
  readonly logs: boolean
}

/** Notifications of a subscription, or of the end of one: never of another request. */
const OF_SUBSCRIPTIONS = /^notifications\/(?:subscriptions\/|tasks$|cancelled$|resources\/updated$)/
const OF_LISTS = /^notifications\/.+\/list_changed$/

/**
 * Passes on what a server may say about this one request, and nothing that belongs to another:
 * whoever waits for one answer must not be told what concerns others.
 */
export function hearing(
  request: Hears,
  told: ((notification: McpMessage) => void) | undefined,
): (notification: McpMessage) => void {
  return (notification) => {
    if (told === undefined || !concerns(request, notification)) return
    if (!isPassable(notification.params)) return
    told({ method: notification.method, params: withoutSubscription(notification.params) })
  }
}

function concerns({ id, method, progress, logs }: Hears, { method: told, params }: McpMessage) {
  const subscription = metaOf(params)[META.subscription]
  if (method === LISTEN) return subscription === id
  if (subscription !== undefined || OF_SUBSCRIPTIONS.test(told) || OF_LISTS.test(told)) return false
  if (told === 'notifications/progress') return progress === true && params.progressToken === id
  return told !== 'notifications/message' || logs
}

/** The id of a stream of ours: nobody else's business. */
function withoutSubscription(params: JsonObject): JsonObject {
  const { [META.subscription]: subscription, ...meta } = metaOf(params)
  if (subscription === undefined) return params
  const { _meta, ...rest } = params
  return Object.keys(meta).length === 0 ? rest : { ...rest, _meta: meta }
}
