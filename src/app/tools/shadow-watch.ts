import { setImmediate as turn } from 'node:timers/promises'
import { isDisguised } from '../../kernel/tools/name-skeleton.ts'
import { type Shadowing, shadowingOf } from '../../kernel/tools/shadowing.ts'
import { type CatalogueTool, ToolCatalogue } from '../../kernel/tools/tool-catalogue.ts'
import type { Log } from '../../pipeline/ports.ts'
import { type EventPorts, recordHappened } from '../record-event.ts'
import { keyOf } from './pin-book.ts'
import { shadowingEvent } from './pin-events.ts'
import type { ToolDesk } from './tool-desk.ts'

/** How long tools are compared before anything else may run, in milliseconds. */
const AT_ONCE_MS = 20
/** Alerts of one look through the catalogue; what is beyond is in `portcullis tools review`. */
export const SHADOW_ALERTS_LIMIT = 20

/**
 * Looks through the catalogue whenever it changes: a tool that was harmless among some gets in the
 * way of another that came later. A text alone holds nothing back: it raises an alert. A name that
 * is drawn with letters of other scripts to be read as another tool's does, until it is approved.
 */
export class ShadowWatch {
  readonly #desk: ToolDesk
  readonly #recorder: EventPorts
  readonly #log: Log
  readonly #told = new Map<string, string>()
  #catalogue: { readonly of: readonly CatalogueTool[]; readonly index: ToolCatalogue } | undefined
  #looking: Promise<void> | undefined
  #stale = false
  #closed = false

  constructor(desk: ToolDesk, recorder: EventPorts, log: Log) {
    this.#desk = desk
    this.#recorder = recorder
    this.#log = log
  }

  /** What there is to say of a tool among all others as they are now. */
  findings(tool: CatalogueTool): readonly Shadowing[] {
    return shadowingOf(tool, this.#index())
  }

  /** Looks through all of them, once more when they change meanwhile. */
  look(): void {
    this.#stale = true
    this.#looking ??= this.#lookThrough().finally(() => {
      this.#looking = undefined
    })
  }

  /** Resolves when the look that is under way has ended. */
  async settled(): Promise<void> {
    await this.#looking
  }

  /** Resolves when nothing is looked at any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#looking
  }

  async #lookThrough(): Promise<void> {
    while (this.#stale && !this.#closed) {
      this.#stale = false
      let alerts = 0
      let since = Number.NEGATIVE_INFINITY
      for (const tool of this.#desk.tools) {
        if (performance.now() - since > AT_ONCE_MS) {
          await turn()
          since = performance.now()
        }
        if (this.#stale || this.#closed) break
        if (this.#judge(tool) && ++alerts === SHADOW_ALERTS_LIMIT) break
      }
    }
  }

  /** Was there something to tell? */
  #judge(tool: CatalogueTool): boolean {
    const pin = this.#desk.book.get(tool)
    if (pin === undefined) return false
    const findings = this.findings(tool).filter(({ severity }) => severity !== 'info')
    const isLookAlike = findings.some(({ kind }) => kind === 'look_alike')
    if (isLookAlike && isDisguised(tool.tool) && pin.approved?.by === 'first_use') {
      this.#desk.hold(pin)
    }
    const said = JSON.stringify([pin.seen.fingerprint, findings.map((f) => [f.kind, f.other])])
    if (findings.length === 0 || this.#told.get(keyOf(tool)) === said) return false
    this.#told.set(keyOf(tool), said)
    const event = shadowingEvent(pin, findings)
    this.#log.warn(event.name, { detail: event.detail })
    void recordHappened(this.#recorder, event, this.#log)
    return true
  }

  #index(): ToolCatalogue {
    const of = this.#desk.tools
    if (this.#catalogue?.of !== of) this.#catalogue = { of, index: new ToolCatalogue(of) }
    return this.#catalogue.index
  }
}
