import { PortcullisError } from '../errors.ts'

/** Where a value is not what a schema says, and what is expected there. Never the value. */
export interface SchemaProblem {
  /** JSON pointer (RFC 6901) into the value; empty for the whole. */
  readonly path: string
  readonly expected: string
}

/** Problems that are told of one value. */
export const MAX_PROBLEMS = 8
/** Characters of a path, and of what is expected: schemas are written by others. */
export const MAX_PROBLEM_TEXT = 200

/** A value does not fit its schema. What is wrong may be told to whoever made the value. */
export class SchemaMismatch extends PortcullisError {
  readonly problems: readonly SchemaProblem[]

  constructor(code: 'ARGUMENTS_INVALID' | 'RESULT_INVALID', problems: readonly SchemaProblem[]) {
    const [first] = problems
    super(code, `at \`${first?.path ?? ''}\` expected ${first?.expected ?? 'something else'}`)
    this.problems = problems.slice(0, MAX_PROBLEMS)
  }
}

/** One line that a model can correct itself by. */
export function problemText({ path, expected }: SchemaProblem): string {
  return `${path === '' ? 'the arguments' : path}: expected ${expected}`
}
