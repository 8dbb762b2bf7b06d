import { codeOf, type ErrorCode } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import type { EventBy } from '../../kernel/receipt/event-draft.ts'
import type { RecordedEvent } from '../../kernel/receipt/receipt.ts'
import { fingerprintOf } from '../../kernel/tools/fingerprint.ts'
import { approvePin, pinAgain, rejectPin, type ToolPin } from '../../kernel/tools/pin.ts'
import type {
  DefinedTool,
  Log,
  ToolSignatures,
  ToolStanding,
  ToolTrust,
} from '../../pipeline/ports.ts'
import { type EventPorts, recordEvent, recordHappened } from '../record-event.ts'
import { keyOf, type Named, type PinBook } from './pin-book.ts'
import { approvedEvent, changedEvent, pinnedEvents, rejectedEvent } from './pin-events.ts'
import { type Met, meetAgain, meetFirst, type SeenTool } from './sights.ts'
import { AnewSigned, type SignedAnew } from './signed-anew.ts'

/** Characters that the JSON of a definition may have to be pinned. */
export const PINNED_DEFINITION_LIMIT = 256 * 1024
/** Other definitions of one tool that are told apart; whatever else it says is untrusted, too. */
export const OTHERS_LIMIT = 64

export interface ToolDeskOptions {
  readonly book: PinBook
  readonly recorder: EventPorts
  readonly log: Log
  /** Without it a tool that is signed anew is a changed one. */
  readonly signatures?: Pick<ToolSignatures, 'known'> | undefined
}

/** Who decides about a tool, and why. */
export interface ToolAsk {
  readonly by: EventBy
  readonly reason?: string | undefined
}

/** Another definition than the approved one: as good, or not. */
type Other = 'harmless' | 'untrusted'

const TRUSTED: ToolStanding = { state: 'trusted' }

/**
 * Which tools are trusted as they are defined now. What takes trust away is in force at once, and
 * kept and receipted then; what gives it is kept and receipted first. Whatever cannot be told is
 * not trusted.
 */
export class ToolDesk implements ToolTrust {
  readonly #book: PinBook
  readonly #recorder: EventPorts
  readonly #log: Log
  readonly #anew: AnewSigned | undefined
  /** Definitions as they were approved, of tools that come signed. */
  readonly #approved = new WeakMap<ToolPin, JsonObject>()
  readonly #listeners = new Set<() => void>()
  /** Fingerprints by definition, each made once; nothing where it can't be pinned. */
  readonly #prints = new WeakMap<JsonObject, { readonly fingerprint: string | undefined }>()
  /** By tool: other definitions that were seen. */
  readonly #others = new Map<string, Map<string, Other>>()
  /** The tools that servers list to the runtime itself. */
  #listed: readonly DefinedTool[] = []

  constructor({ book, recorder, log, signatures }: ToolDeskOptions) {
    this.#book = book
    this.#recorder = recorder
    this.#log = log
    this.#anew = signatures && new AnewSigned(signatures)
  }

  standing(tool: DefinedTool): ToolStanding {
    const fingerprint = this.fingerprint(tool.definition)
    if (fingerprint === undefined) return { state: 'untrusted', code: 'TOOL_UNPINNABLE' }
    if (this.#isTrusted(tool, fingerprint)) return TRUSTED
    if (this.#isNew(tool, fingerprint)) this.seen([tool])
    if (this.#isTrusted(tool, fingerprint)) return TRUSTED
    const isOpen = this.#signedAnew(tool) === 'open'
    return { state: 'untrusted', code: isOpen ? 'TOOL_SIGNATURE_REFUSED' : this.#codeOf(tool) }
  }

  barred(named: Named): ErrorCode | undefined {
    const state = this.#book.get(named)?.state
    return state === undefined || state === 'pinned' ? undefined : this.#codeOf(named)
  }

  /** Learns of definitions, all in one write. Never throws: what can't be kept is not trusted. */
  seen(tools: readonly DefinedTool[]): void {
    const fresh = tools.filter((tool) => this.#isNew(tool, this.fingerprint(tool.definition)))
    if (fresh.length > 0 && this.#learn(fresh)) this.#announce()
  }

  /** What all servers list to the runtime itself now: what is gone is known by it, too. */
  listed(tools: readonly DefinedTool[]): void {
    this.#listed = tools
    this.#learn(tools)
  }

  get tools(): readonly DefinedTool[] {
    return this.#listed
  }

  get book(): PinBook {
    return this.#book
  }

  /** Calls the listener when other tools may be shown than before. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Trusts a tool as it was reviewed.
   * @throws PortcullisError `TOOL_UNKNOWN`, `TOOL_FINGERPRINT_STALE`, `TOOL_PINS_UNAVAILABLE`,
   * `LEDGER_*`; nothing is changed then.
   */
  async approve(named: Named, fingerprint: string, ask: ToolAsk): Promise<ToolPin> {
    const now = () => this.#recorder.clock.now()
    approvePin(this.#book.known(named), fingerprint, now())
    await recordEvent(this.#recorder, approvedEvent(named, fingerprint, ask.reason), ask.by)
    // Meanwhile it may have been seen with yet another definition.
    const pin = approvePin(this.#book.known(named), fingerprint, now())
    this.#book.put([{ pin }])
    this.#others.delete(keyOf(named))
    this.#announce()
    return pin
  }

  /**
   * Trusts a tool no more, whatever it says. In force when it returns or throws.
   * @throws PortcullisError `TOOL_UNKNOWN`, `TOOL_PINS_UNAVAILABLE`, `LEDGER_*`.
   */
  async reject(named: Named, ask: ToolAsk): Promise<ToolPin> {
    const pin = rejectPin(this.#book.known(named))
    this.#book.impose(pin)
    this.#announce()
    this.#book.put([{ pin }])
    await recordEvent(this.#recorder, rejectedEvent(pin, ask.reason), ask.by)
    return pin
  }

  /** A tool that was only seen first waits for somebody now. */
  hold({ server, tool, seen }: ToolPin): void {
    const pin: ToolPin = { server, tool, seen, state: 'pending' }
    this.#book.impose(pin)
    this.#attempt(() => this.#book.put([{ pin }]))
    this.#announce()
  }

  /** Nothing for a definition that cannot be pinned. */
  fingerprint(definition: JsonObject): string | undefined {
    const known = this.#prints.get(definition)
    if (known !== undefined) return known.fingerprint
    const fits = JSON.stringify(definition).length <= PINNED_DEFINITION_LIMIT
    const fingerprint = fits ? fingerprintOf(definition) : undefined
    this.#prints.set(definition, { fingerprint })
    return fingerprint
  }

  #isTrusted(tool: DefinedTool, fingerprint: string): boolean {
    const pin = this.#book.get(tool)
    if (pin?.state !== 'pinned') return false
    if (pin.approved?.fingerprint === fingerprint) return true
    if (this.#others.get(keyOf(tool))?.get(fingerprint) === 'harmless') return true
    return this.#signedAnew(tool) === 'held'
  }

  /** What cannot be read is compared with nothing. */
  #signedAnew(tool: DefinedTool): SignedAnew {
    const pin = this.#book.get(tool)
    const approved = pin?.state === 'pinned' ? pin.approved : undefined
    if (pin === undefined || approved === undefined || this.#anew === undefined) return 'other'
    const trusted = () => {
      const known = this.#approved.get(pin) ?? this.#book.definition(pin, approved.fingerprint)
      this.#approved.set(pin, known)
      return known
    }
    return this.#attempt(() => this.#anew?.judge(tool, trusted)) ?? 'other'
  }

  #isNew(tool: DefinedTool, fingerprint: string | undefined): boolean {
    if (fingerprint === undefined) return false
    const pin = this.#book.get(tool)
    if (pin === undefined) return true
    if (isKnown(pin, fingerprint) || this.#signedAnew(tool) !== 'other') return false
    const others = this.#others.get(keyOf(tool))
    return others === undefined || (!others.has(fingerprint) && others.size < OTHERS_LIMIT)
  }

  #codeOf(named: Named): ErrorCode {
    switch (this.#book.get(named)?.state) {
      case 'pending':
        return 'TOOL_UNREVIEWED'
      case 'rejected':
        return 'TOOL_REJECTED'
      case undefined:
        return this.#book.isFull(named.server) ? 'TOOL_UNPINNABLE' : 'TOOL_PINS_UNAVAILABLE'
      default:
        return 'TOOL_QUARANTINED'
    }
  }

  /** Did something change that was known? */
  #learn(tools: readonly DefinedTool[]): boolean {
    const at = this.#recorder.clock.now()
    const sights = tools.flatMap((tool): SeenTool[] => {
      const fingerprint = this.fingerprint(tool.definition)
      return fingerprint === undefined ? [] : [{ ...tool, fingerprint, at }]
    })
    const changed = sights.flatMap((sight) => this.#attempt(() => this.#meetAgain(sight)) ?? [])
    this.#attempt(() => this.#book.put(changed))
    this.#attempt(() => this.#meetFirst(sights))
    return changed.length > 0
  }

  /** What changed is untrusted from here on, even where that cannot be kept. */
  #meetAgain(sight: SeenTool): Met | undefined {
    const was = this.#book.get(sight)
    if (was === undefined || isKnown(was, sight.fingerprint)) return undefined
    if (this.#signedAnew(sight) !== 'other') return undefined
    const met = this.#attempt(() => meetAgain(was, sight, this.#book)) ?? unread(was, sight)
    if (met.pin !== was) this.#book.impose(met.pin)
    if (!this.#isTold(met, sight)) {
      this.#tell(changedEvent({ ...met, pin: { ...met.pin, seen: sight } }))
    }
    return met.pin === was ? undefined : met
  }

  /** What cannot be read or kept is not trusted, and keeps nothing else from being learnt. */
  #attempt<T>(step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      this.#log.error('tools.unpinned', { cause: codeOf(error) })
      return undefined
    }
  }

  #meetFirst(sights: readonly SeenTool[]): void {
    const strangers = sights.filter(
      (sight) => this.#book.get(sight) === undefined && !this.#book.isFull(sight.server),
    )
    if (strangers.length === 0) return
    const met = meetFirst(strangers, { book: this.#book, listed: this.#listed })
    this.#book.put(met)
    for (const each of met) if (each.pin.state === 'quarantined') this.#tell(changedEvent(each))
    const pinned = met.filter(({ pin }) => pin.state === 'pinned')
    for (const event of pinnedEvents(pinned.map(({ pin }) => pin))) this.#tell(event)
  }

  /** Each definition of a tool is told once: a server may say as many as it likes. */
  #isTold({ was, pin }: Met, { fingerprint }: SeenTool): boolean {
    const others = this.#others.get(keyOf(pin)) ?? new Map<string, Other>()
    this.#others.set(keyOf(pin), others)
    const isTold = others.has(fingerprint) || others.size >= OTHERS_LIMIT
    if (!isTold) others.set(fingerprint, pin === was ? 'harmless' : 'untrusted')
    return isTold
  }

  #tell(event: RecordedEvent): void {
    if (event.name === 'tool.quarantined') this.#log.warn(event.name, { detail: event.detail })
    void recordHappened(this.#recorder, event, this.#log)
  }

  #announce(): void {
    for (const listener of this.#listeners) listener()
  }
}

function isKnown({ seen, approved }: ToolPin, fingerprint: string): boolean {
  return fingerprint === seen.fingerprint || fingerprint === approved?.fingerprint
}

/** What cannot be compared with what was trusted is as bad as it can be. */
function unread(was: ToolPin, sight: SeenTool): Met {
  const pin = pinAgain(was, sight, 'critical')
  return { was, pin, definition: sight.definition, drift: [] }
}
