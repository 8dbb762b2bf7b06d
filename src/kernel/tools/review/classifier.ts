import { findSignals, type SignalledSentence } from './find-signals.ts'
import { foldText } from './folded-text.ts'
import { SIGNAL_NAMES, type SignalName } from './signals.ts'
import { PLAIN_WORD, type TextMember } from './text-members.ts'

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

/** Where a passage stands: an order belongs nowhere, and least of all beside a parameter. */
export type Place = (typeof PLACES)[number]

/** A text of a definition that is judged. */
export interface PlacedText {
  readonly text: string
  readonly place: Place
}

const PLACES = ['about', 'parameterText', 'value'] as const

/** Places pair with signals as if they were signals. The order of these belongs to the weights. */
const TRAITS: readonly (SignalName | Place)[] = [...SIGNAL_NAMES, ...PLACES]

/** Traits and their pairs come first, then the buckets of words. */
const SIGNALS = TRAITS.length
const PAIRS = SIGNALS * SIGNALS
const WORD_BUCKETS = 8_192
export const FEATURES = SIGNALS + PAIRS + WORD_BUCKETS

/** A feature's place and how much of it there is. */
export type Features = ReadonlyMap<number, number>

/** Of a very long text the worst passage is looked for among the first so many. */
const MAX_PASSAGES = 4_000

/** The score of the worst passage of all `texts`, 0 to 1. */
export function scorePassages(texts: readonly PlacedText[], classifier: Classifier): number {
  const worst = passagesOf(texts).reduce(
    (most, features) => Math.max(most, logitOf(features, classifier)),
    Number.NEGATIVE_INFINITY,
  )
  return Math.round((1 / (1 + Math.exp(-worst))) * 1_000) / 1_000
}

/** The features of each passage: a sentence with what its neighbour adds. */
export function passagesOf(texts: readonly PlacedText[]): readonly Features[] {
  const passages: Features[] = []
  for (const { text: original, place } of texts) {
    const { text } = foldText(original)
    const sentences = findSignals(text)
    for (const [index, sentence] of sentences.entries()) {
      if (passages.length >= MAX_PASSAGES) return passages
      const said = text.slice(sentence.start, sentence.end)
      passages.push(featuresOf({ said, place, sentence, next: sentences[index + 1] }))
    }
  }
  return passages
}

/** What of a definition is judged: a word without gaps says nothing. */
export function judgedTexts(members: readonly TextMember[]): readonly PlacedText[] {
  return members
    .filter(({ text }) => !PLAIN_WORD.test(text))
    .map(({ text, where, isName }) => ({ text, place: placeOf(where, isName) }))
}

function placeOf(where: string, isName: boolean): Place {
  if (isName || /\/(?:enum|const|default|examples)(?:\/|$)/.test(where)) return 'value'
  return /^\/(?:inputSchema|outputSchema)\//.test(where) ? 'parameterText' : 'about'
}

function logitOf(features: Features, { bias, weights, scale }: Classifier): number {
  let sum = 0
  for (const [feature, value] of features) sum += (weights[feature] ?? 0) * value
  return bias + sum * scale
}

/** A sentence of a folded text, with what follows it. */
interface Passage {
  readonly said: string
  readonly place: Place
  readonly sentence: SignalledSentence
  readonly next: SignalledSentence | undefined
}

function featuresOf({ said, place, sentence, next }: Passage): Features {
  const features = new Map<number, number>()
  const shown = TRAITS.flatMap((trait, index) => {
    if (trait === place || has(sentence, trait)) return [{ index, share: 1 }]
    return next !== undefined && has(next, trait) ? [{ index, share: 0.5 }] : []
  })
  for (const [at, { index: one, share: own }] of shown.entries()) {
    features.set(one, own)
    for (const { index: other, share } of shown.slice(at + 1))
      features.set(SIGNALS + one * SIGNALS + other, Math.min(own, share))
  }
  const grams = wordGrams(said)
  const share = WORD_SHARE / Math.sqrt(Math.max(1, grams.length))
  for (const gram of grams) {
    const bucket = SIGNALS + PAIRS + (fnv1a(gram) % WORD_BUCKETS)
    features.set(bucket, (features.get(bucket) ?? 0) + share)
  }
  return features
}

function has({ signals }: SignalledSentence, trait: SignalName | Place): boolean {
  return !isPlace(trait) && signals.has(trait)
}

function isPlace(trait: SignalName | Place): trait is Place {
  return PLACES.some((place) => place === trait)
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
