import { PortcullisError } from '../errors.ts'

/** Segments a path may have. */
export const FIELD_PATH_SEGMENT_LIMIT = 16

/** A place in the arguments or in the result. A segment `*` is any element or member. */
export interface FieldPath {
  readonly root: 'args' | 'result'
  readonly segments: readonly string[]
}

const SEGMENT = /^(?:\*|[\p{L}\p{N}_$-]{1,128})$/u

/**
 * Reads `args.customer.ssn` or `result.records.*.phone`.
 * @throws PortcullisError `OBLIGATION_INVALID` when the text is no such path.
 */
export function parseFieldPath(text: string): FieldPath {
  const [root, ...segments] = text.split('.')
  const wellFormed =
    (root === 'args' || root === 'result') &&
    segments.length > 0 &&
    segments.length <= FIELD_PATH_SEGMENT_LIMIT &&
    segments.every((segment) => SEGMENT.test(segment))
  if (!wellFormed) {
    throw new PortcullisError(
      'OBLIGATION_INVALID',
      `\`${text}\` is no field path: write \`args.NAME\` or \`result.NAME.*\``,
    )
  }
  return { root, segments }
}
