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
  const said = withoutOwn(answer)
  return { revision, capabilities, opening: { ...said, protocolVersion: revision, serverInfo } }
}

/** Without what only an answer to this method has: a client of another revision is told no more. */
function withoutOwn(answer: JsonObject): JsonObject {
  const { supportedVersions: _s, resultType: _r, ttlMs: _t, cacheScope: _c, ...said } = answer
  const { _meta: _, ...rest } = said
  const { [META.serverInfo]: _i, ...meta } = metaOf(answer)
  return Object.keys(meta).length === 0 ? rest : { ...rest, _meta: meta }
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
