import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'

/** Params that ask for progress under a token of ours: the client's own may be anybody's. */
export function withToken(params: JsonObject, progressToken: number): JsonObject {
  const meta = isJsonObject(params._meta) ? params._meta : {}
  return { ...params, _meta: { ...meta, progressToken } }
}
