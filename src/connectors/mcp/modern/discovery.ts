import { isJsonObject, type JsonObject } from '../../../kernel/json/value.ts'
import { protocol } from '../server-message.ts'
import { NoCommonRevision, revisions } from './refusals.ts'
import { META, metaOf } from './revision.ts'

export interface Discovery {
  readonly revision: string
  readonly capabilities: JsonObject
  /** In the shape of an answer to `initialize`. */
  readonly opening: JsonObject
}

/**
 * What a server says of itself in its answer to `server/discover`.
 * @throws NoCommonRevision, and PortcullisError `UPSTREAM_PROTOCOL` when it is no such answer.
 */
export function readDiscovery(answer: JsonObject, known: readonly string[]): Discovery {
  const supported = revisions(answer.supportedVersions)
  const { capabilities, resultType = 'complete' } = answer
  if (resultType !== 'complete') throw protocol('the server is not to be discovered')
  if (!isJsonObject(capabilities)) throw protocol('the server does not say what it can do')
  const revision = known.find((one) => supported.includes(one))
  if (revision === undefined) throw new NoCommonRevision(supported)
  const serverInfo = metaOf(answer)[META.serverInfo] ?? {}
  return { revision, capabilities, opening: { ...answer, protocolVersion: revision, serverInfo } }
}

/** The lists whose changes it tells of, as a filter of `subscriptions/listen`. */
export function changingLists(capabilities: JsonObject): JsonObject {
  const filter: Record<string, true> = {}
  for (const list of ['tools', 'prompts', 'resources']) {
    const declared = capabilities[list]
    if (isJsonObject(declared) && declared.listChanged === true) filter[`${list}ListChanged`] = true
  }
  return filter
}
