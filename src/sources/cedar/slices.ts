import { hash } from 'node:crypto'
import { PortcullisError } from '../../kernel/errors.ts'
import type { CedarCall, CedarEngine, PolicyError } from './engine.ts'

/** Slices that Cedar keeps parsed at a time, of all sets of the process together. */
export const MAX_SLICES = 256

/** What came of one call: the policies that decided it and those in error, by number. */
export interface SliceAnswer {
  readonly satisfied: ReadonlySet<number>
  readonly errors: ReadonlyMap<number, PolicyError['error']>
}

/**
 * Which of Cedar's places holds which slice, the least recently used first. Cedar keeps what it has
 * parsed for as long as the process lives and has no call to forget, but parsing into a place again
 * frees what was there.
 */
const places = new Map<string, string>()
/** Places that hold nothing yet. */
const free = Array.from({ length: MAX_SLICES }, (_, index) => `portcullis-${index}`)

/** The policies of one set, asked a few at a time: a call costs what the policies in it cost. */
export class Slices {
  private readonly engine: CedarEngine
  private readonly texts: readonly string[]
  private readonly set: string

  constructor(engine: CedarEngine, texts: readonly string[]) {
    this.engine = engine
    this.texts = texts
    this.set = hash('sha256', JSON.stringify(texts), 'hex')
  }

  /**
   * Asks the policies of these numbers, which must be in one order always.
   * @throws PortcullisError `DECISION_FAILED` when Cedar does not take the call.
   */
  ask(numbers: readonly number[], call: CedarCall): SliceAnswer {
    const preparsedPolicySetId = this.placeOf(numbers)
    const { response, errors } = this.engine.statefulIsAuthorized({ ...call, preparsedPolicySetId })
    if (response === undefined) throw failed(errors?.[0]?.message)
    const { diagnostics } = response
    return {
      satisfied: new Set(diagnostics.reason.map(Number)),
      errors: new Map(diagnostics.errors.map(({ policyId, error }) => [Number(policyId), error])),
    }
  }

  private placeOf(numbers: readonly number[]): string {
    const slice = `${this.set} ${numbers.join(' ')}`
    const place = places.get(slice) ?? this.parsed(numbers)
    places.delete(slice)
    places.set(slice, place)
    return place
  }

  private parsed(numbers: readonly number[]): string {
    const place = free.pop() ?? oldestPlace()
    const staticPolicies = Object.fromEntries(
      numbers.map((number) => [number, this.texts[number] ?? '']),
    )
    const { type, errors } = this.engine.preparsePolicySet(place, { staticPolicies })
    if (type === 'success') return place
    free.push(place)
    throw failed(errors?.[0]?.message)
  }
}

/** Takes its place from the slice that was not used for longest. */
function oldestPlace(): string {
  const [oldest] = places
  if (oldest === undefined) throw failed('no place for a slice')
  places.delete(oldest[0])
  return oldest[1]
}

function failed(why = 'no reason given'): PortcullisError {
  return new PortcullisError('DECISION_FAILED', `Cedar did not take the request: ${why}`)
}
