import type { ServerView } from '../client/server-client.ts'

/** `up`; `failed: UPSTREAM_UNAVAILABLE, again in 5 s` */
export function stateText({ state, code, retryMs }: ServerView): string {
  const why = code === undefined ? '' : `: ${code}`
  const again = retryMs === undefined ? '' : `, again in ${Math.ceil(retryMs / 1000)} s`
  return `${state}${why}${again}`
}
