import { PortcullisError } from '../../errors.ts'
import { type Classifier, FEATURES } from './classifier.ts'

/** Weights as they are shipped. */
export interface StoredClassifier {
  readonly bias: number
  readonly scale: number
  readonly threshold: number
  /** Of a weight one signed byte each, in base64. */
  readonly base64: string
}

/**
 * The classifier that stored weights describe. Weights of another shape would score at random:
 * `REVIEWER_WEIGHTS_INVALID`.
 */
export function readClassifier({ base64, ...rest }: StoredClassifier): Classifier {
  const bytes = atob(base64)
  if (bytes.length !== FEATURES)
    throw new PortcullisError(
      'REVIEWER_WEIGHTS_INVALID',
      `the weights are ${bytes.length}, the reviewer asks ${FEATURES}`,
    )
  return { ...rest, weights: Int8Array.from(bytes, (byte) => (byte.charCodeAt(0) << 24) >> 24) }
}
