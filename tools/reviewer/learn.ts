/**
 * Learns the classifier of `src/kernel/tools/review/classifier.ts` from definitions that are
 * labelled as a whole. Which passage of a poisoned one is the poison nobody says: at first every
 * passage that speaks of anything counts, then only those that the model of the round before finds
 * worst (multiple-instance learning). Deterministic: the same rows give the same weights.
 */
import type { Classifier, Features } from '../../src/kernel/tools/review/classifier.ts'
import { FEATURES, judgedTexts, passagesOf } from '../../src/kernel/tools/review/classifier.ts'
import { textMembers } from '../../src/kernel/tools/review/text-members.ts'
import type { Row } from './corpus.ts'

/** False alarms on benign servers held back, at which the threshold is put. */
export const FALSE_ALARMS = 0.01

const ROUNDS = 3
const EPOCHS = 6
const RATE = 0.2
const DECAY = 2e-4

interface Bag {
  readonly row: Row
  readonly passages: readonly Features[]
}

interface Instance {
  readonly features: Features
  readonly label: 0 | 1
  readonly weight: number
}

interface Model {
  bias: number
  readonly weights: Float64Array
}

const bags = new WeakMap<Row, Bag>()

function bagOf(row: Row): Bag {
  const known = bags.get(row)
  if (known !== undefined) return known
  const { members } = textMembers(row.definition)
  const bag = { row, passages: passagesOf(judgedTexts(members)) }
  bags.set(row, bag)
  return bag
}

export function learn(rows: readonly Row[]): Classifier {
  const held = rows.filter(isHeldBack).map(bagOf)
  const taught = rows.filter((row) => !isHeldBack(row)).map(bagOf)
  let model: Model = { bias: 0, weights: new Float64Array(FEATURES) }
  for (let round = 0; round < ROUNDS; round += 1)
    model = descend(instancesOf(taught, round === 0 ? undefined : model))
  return quantised(model, thresholdOf(held, model))
}

/** A quarter of the benign servers says where the threshold goes. */
function isHeldBack({ label, server }: Row): boolean {
  const sum = Array.from(server).reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)
  return label === 0 && (sum >>> 0) % 4 === 0
}

/** All of benign passages; of poisoned definitions the two worst, or those that say anything. */
function instancesOf(taught: readonly Bag[], model: Model | undefined): readonly Instance[] {
  const poisoned = taught.filter(({ row }) => row.label === 1)
  const perSource = Map.groupBy(poisoned, ({ row }) => row.source)
  const benign = taught
    .filter(({ row }) => row.label === 0)
    .flatMap(({ passages }) =>
      passages.map((features) => ({ features, label: 0 as const, weight: 1 })),
    )
  const total = benign.length / 4
  const found = [...perSource.values()].flatMap((ofSource) =>
    ofSource.flatMap(({ passages }) => {
      // A large source speaks louder than a small one, but not in proportion.
      const weight = total / Math.sqrt(ofSource.length) / sumOfRoots(perSource)
      const chosen = model === undefined ? passages : worst(passages, model)
      return chosen.map((features) => ({
        features,
        label: 1 as const,
        weight: weight / chosen.length,
      }))
    }),
  )
  return shuffled([...benign, ...found])
}

function sumOfRoots(perSource: ReadonlyMap<string, readonly Bag[]>): number {
  return [...perSource.values()].reduce((sum, { length }) => sum + Math.sqrt(length), 0)
}

function worst(passages: readonly Features[], model: Model): readonly Features[] {
  return passages.toSorted((one, other) => logit(other, model) - logit(one, model)).slice(0, 2)
}

function descend(instances: readonly Instance[]): Model {
  const model: Model = { bias: 0, weights: new Float64Array(FEATURES) }
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const rate = RATE / (1 + epoch)
    for (const { features, label, weight } of instances) {
      const error = label - 1 / (1 + Math.exp(-logit(features, model)))
      const step = rate * error * Math.min(weight, 20)
      model.bias += step * 0.1
      for (const [feature, value] of features) {
        const old = model.weights[feature] ?? 0
        model.weights[feature] = old + step * value - rate * DECAY * old
      }
    }
  }
  return model
}

function logit(features: Features, { bias, weights }: Model): number {
  let sum = bias
  for (const [feature, value] of features) sum += (weights[feature] ?? 0) * value
  return sum
}

/** The score that at most `FALSE_ALARMS` of the benign definitions held back reach. */
function thresholdOf(held: readonly Bag[], model: Model): number {
  const scores = held
    .map(({ passages }) => Math.max(...passages.map((features) => logit(features, model)), -20))
    .sort((one, other) => other - one)
  const cut = scores[Math.floor(scores.length * FALSE_ALARMS)] ?? 0
  return Math.min(0.999, 1 / (1 + Math.exp(-cut)) + 0.001)
}

function quantised({ bias, weights }: Model, threshold: number): Classifier {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9)
  const scale = largest / 127
  return {
    bias,
    scale,
    threshold,
    weights: Int8Array.from(weights, (it) => Math.round(it / scale)),
  }
}

/** Always in the same order, by a generator of its own (Numerical Recipes). */
function shuffled<T>(items: readonly T[]): readonly T[] {
  let state = 1
  const keyed = items.map((item) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return { item, key: state }
  })
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item)
}
