import { findSignals, type SignalledSentence } from './find-signals.ts'
import { foldText } from './folded-text.ts'
import { SIGNAL_NAMES } from './signals.ts'

/**
 * A logistic regression over single passages: what they speak of (`signals.ts`, alone and in
 * pairs) and which words stand in them (hashed). A definition scores as its worst passage does.
 * Whole texts are not judged: a classifier of whole texts learns whose style they are in.
 */
export interface Classifier {
  readonly bias: number
  /** A weight for each of `FEATURES` buckets. */
  readonly weights: Int8Array
  /** What one unit of `weights` is worth. */
  readonly scale: number
  /** From this score on a definition is worth a look. */
  readonly threshold: number
}

/** Signals and their pairs come first, then the buckets of words. */
const SIGNALS = SIGNAL_NAMES.length
const PAIRS = SIGNALS * SIGNALS
const WORD_BUCKETS = 8_192
export const FEATURES = SIGNALS + PAIRS + WORD_BUCKETS

/** A feature's place and how much of it there is. */
export type Features = ReadonlyMap<number, number>

/** Of a very long text the worst passage is looked for among the first so many. */
const MAX_PASSAGES = 4_000

/** The score of the worst passage of all `texts`, 0 to 1. */
export function scorePassages(texts: readonly string[], classifier: Classifier): number {
  const worst = passagesOf(texts).reduce(
    (most, features) => Math.max(most, logitOf(features, classifier)),
    Number.NEGATIVE_INFINITY,
  )
  return Math.round((1 / (1 + Math.exp(-worst))) * 1_000) / 1_000
}

/** The features of each passage: a sentence with what its neighbour adds. */
export function passagesOf(texts: readonly string[]): readonly Features[] {
  const passages: Features[] = []
  for (const original of texts) {
    const { text } = foldText(original)
    const sentences = findSignals(text)
    for (const [index, sentence] of sentences.entries()) {
      if (passages.length >= MAX_PASSAGES) return passages
      passages.push(featuresOf(text, sentence, sentences[index + 1]))
    }
  }
  return passages
}

function logitOf(features: Features, { bias, weights, scale }: Classifier): number {
  let sum = 0
  for (const [feature, value] of features) sum += (weights[feature] ?? 0) * value
  return bias + sum * scale
}

function featuresOf(
  text: string,
  sentence: SignalledSentence,
  next: SignalledSentence | undefined,
): Features {
  const features = new Map<number, number>()
  const shown = SIGNAL_NAMES.flatMap((name, index) =>
    sentence.signals.has(name) || next?.signals.has(name) === true ? [index] : [],
  )
  for (const one of shown) {
    const own = sentence.signals.has(SIGNAL_NAMES[one] ?? 'model') ? 1 : 0.5
    features.set(one, own)
    for (const other of shown) if (one < other) features.set(SIGNALS + one * SIGNALS + other, own)
  }
  const grams = wordGrams(text.slice(sentence.start, sentence.end))
  const share = WORD_SHARE / Math.sqrt(Math.max(1, grams.length))
  for (const gram of grams) {
    const bucket = SIGNALS + PAIRS + (fnv1a(gram) % WORD_BUCKETS)
    features.set(bucket, (features.get(bucket) ?? 0) + share)
  }
  return features
}

/** Words count less than what they speak of, or the style of a source is learnt. */
const WORD_SHARE = 0.6

/** Words and pairs of them; what differs by case only in its value stands for its kind. */
function wordGrams(sentence: string): readonly string[] {
  const words = sentence
    .replaceAll(/https?:\/\/\S{1,200}/g, ' ~url ')
    .replaceAll(/(?:~|\.{0,2}\/)[\w./~-]{3,100}/g, ' ~path ')
    .replaceAll(/\b[a-z]\w{0,40}_\w{1,40}\b/g, ' ~name ')
    .replaceAll(/\d{1,20}/g, ' ~number ')
    .match(/~?\p{L}[\p{L}']{0,30}/gu)
  const all = (words ?? []).slice(0, 80)
  return all.flatMap((word, index) => (index === 0 ? [word] : [word, `${all[index - 1]} ${word}`]))
}

/** http://www.isthe.com/chongo/tech/comp/fnv, 32 bits over UTF-16 units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
