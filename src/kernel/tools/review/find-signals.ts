import { type Sentence, sentencesOf } from './sentences.ts'
import { SIGNAL_PATTERNS, type SignalName } from './signals.ts'

/** One sentence and where each signal first shows in it, as spans of the folded text. */
export interface SignalledSentence extends Sentence {
  readonly signals: ReadonlyMap<SignalName, readonly [start: number, end: number]>
}

/** A text that repeats a signal more often than this tells nothing more by it. */
const MAX_MATCHES = 2_000

export function findSignals(text: string): readonly SignalledSentence[] {
  const found = sentencesOf(text).map((sentence) => ({
    ...sentence,
    signals: new Map<SignalName, readonly [number, number]>(),
  }))
  for (const [name, pattern] of SIGNAL_PATTERNS) {
    let at = 0
    let matches = 0
    for (const match of text.matchAll(pattern)) {
      matches += 1
      if (matches > MAX_MATCHES) break
      while ((found[at]?.end ?? Number.POSITIVE_INFINITY) <= match.index) at += 1
      const signals = found[at]?.signals
      if (signals?.has(name) === false)
        signals.set(name, [match.index, match.index + match[0].length])
    }
  }
  return found
}
