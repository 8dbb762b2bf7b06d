import { PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { ToolPin, TrustMode } from '../../kernel/tools/pin.ts'
import type { KeptPin, ToolPinsFile } from '../../stores/tool-pins/tool-pins-file.ts'

/** Pins that are kept of one server: more than it may list, and no bound to what it may make up. */
export const SERVER_PINS_LIMIT = 20_000

/** Which tool is meant. */
export type Named = Pick<ToolPin, 'server' | 'tool'>

/** What is known of all tools of one tenant: in memory as on the disk, definitions there alone. */
export class PinBook {
  readonly #file: ToolPinsFile
  readonly #modeOf: (server: string) => TrustMode
  readonly #pins = new Map<string, Map<string, ToolPin>>()
  readonly #suspect = new Set<string>()
  readonly #lost = new Set<string>()

  /** @throws PortcullisError `TOOL_PINS_UNAVAILABLE`. */
  constructor(file: ToolPinsFile, modeOf: (server: string) => TrustMode) {
    this.#file = file
    this.#modeOf = modeOf
    const { pins, unreadable, lost } = file.load()
    for (const pin of pins) this.#keep(pin)
    for (const each of unreadable) this.#suspect.add(keyOf(each))
    for (const server of lost) this.#lost.add(server)
  }

  /** Tools whose rows cannot be read. */
  get unreadable(): number {
    return this.#suspect.size
  }

  /** Nothing of these servers is trusted at first use: their pins were there once. */
  lose(servers: Iterable<string>): void {
    const all = [...servers]
    for (const server of all) this.#lost.add(server)
    this.#file.lose(all)
  }

  /** Where everything is reviewed, what was only seen first is pinned no more. */
  get(named: Named): ToolPin | undefined {
    const pin = this.#pins.get(named.server)?.get(named.tool)
    const isReviewed = pin?.state !== 'pinned' || pin.approved?.by === 'operator'
    if (pin === undefined || isReviewed || this.#modeOf(pin.server) === 'first_use') return pin
    return { ...pin, state: 'pending' }
  }

  of(server: string): readonly ToolPin[] {
    return [...(this.#pins.get(server)?.values() ?? [])].flatMap((pin) => this.get(pin) ?? [])
  }

  all(): readonly ToolPin[] {
    return [...this.#pins.keys()].sort().flatMap((server) => this.of(server))
  }

  /** How a tool is to be taken that nobody knows. */
  modeOf(named: Named): TrustMode {
    const isDoubtful = this.#lost.has(named.server) || this.#suspect.has(keyOf(named))
    return isDoubtful ? 'review' : this.#modeOf(named.server)
  }

  isFull(server: string): boolean {
    return (this.#pins.get(server)?.size ?? 0) >= SERVER_PINS_LIMIT
  }

  /** In force at once, whatever comes of keeping it: what takes trust away. */
  impose(pin: ToolPin): void {
    this.#keep(pin)
  }

  /**
   * All of them, durable when it returns.
   * @throws PortcullisError `TOOL_PINS_UNAVAILABLE`, and none of them is in force.
   */
  put(kept: readonly KeptPin[]): void {
    if (kept.length === 0) return
    this.#file.put(kept)
    for (const { pin } of kept) {
      this.#keep(pin)
      this.#suspect.delete(keyOf(pin))
    }
  }

  /** @throws PortcullisError `TOOL_PINS_UNAVAILABLE`. */
  definition(named: Named, fingerprint: string): JsonObject {
    return this.#file.definition(named, fingerprint)
  }

  /** @throws PortcullisError `TOOL_UNKNOWN`. */
  known(named: Named): ToolPin {
    const pin = this.get(named)
    if (pin !== undefined) return pin
    const name = named.tool === '' ? named.server : `${named.server}.${named.tool}`
    throw new PortcullisError('TOOL_UNKNOWN', `no tool \`${name}\` was ever seen`)
  }

  #keep(pin: ToolPin): void {
    const ofServer = this.#pins.get(pin.server) ?? new Map<string, ToolPin>()
    this.#pins.set(pin.server, ofServer.set(pin.tool, pin))
  }
}

/** No name of a server holds a space. */
export function keyOf({ server, tool }: Named): string {
  return `${server} ${tool}`
}
