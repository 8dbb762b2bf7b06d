import { randomBytes } from 'node:crypto'

/** How long a login that takes more than one step may take, in milliseconds. */
export const FLOW_LIFE_MS = 5 * 60_000
/** Logins that are under way; the oldest makes room for a new one. */
export const FLOWS_LIMIT = 10_000
const FLOW_BYTES = 32

/** Remembers between two steps of a login what the first has asked for. Each serves once. */
export class FlowBook<Asked> {
  readonly #flows = new Map<string, { readonly asked: Asked; readonly ends: number }>()

  /** What the second step has to present: nobody but who began knows it. */
  begin(asked: Asked, now: number): string {
    for (const [flow, { ends }] of this.#flows) {
      if (ends > now && this.#flows.size < FLOWS_LIMIT) break
      this.#flows.delete(flow)
    }
    const flow = randomBytes(FLOW_BYTES).toString('base64url')
    this.#flows.set(flow, { asked, ends: now + FLOW_LIFE_MS })
    return flow
  }

  /** Nothing for a flow that was never begun, took too long or was presented before. */
  take(flow: string, now: number): Asked | undefined {
    const found = this.#flows.get(flow)
    this.#flows.delete(flow)
    return found !== undefined && found.ends > now ? found.asked : undefined
  }
}
