import type { Diagnostic } from '../policy/language/diagnostics.ts'
import { Diagnostics } from '../policy/language/diagnostics.ts'
import type { Source } from '../policy/language/source.ts'
import type { Located } from './located.ts'
import { NO_FIXTURES, readFixtures } from './read-fixtures.ts'
import { readTest } from './read-test.ts'
import { readTime } from './read-time.ts'
import type { Reading } from './reading.ts'
import { Shape } from './shape.ts'
import type { TestSuite } from './suite.ts'

/** Cells of one file: a matrix multiplies quickly. */
export const MAX_CELLS = 10_000

const TESTS_HINT = 'list at least one, with `principals`, `operations` and `expect`'

export interface ReadSuite {
  /** Sound only when there are no diagnostics. */
  readonly suite: TestSuite
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the tests of one file. Every mistake is told with its place; nothing is guessed. */
export function readSuite(source: Source, root: Located): ReadSuite {
  const diagnostics = new Diagnostics(source)
  const shape = new Shape(diagnostics)
  const tests = shape.attempt(() => readTests(root, { shape, source })) ?? []
  const cells = tests.reduce((count, test) => count + test.cells.length, 0)
  if (cells > MAX_CELLS)
    shape.report(root.at, `more than ${MAX_CELLS} cells in all`, 'split the file')
  return { suite: { file: source.file, tests }, diagnostics: diagnostics.list() }
}

function readTests(root: Located, { shape, source }: Pick<Reading, 'shape' | 'source'>) {
  const { fixtures, now, tests } = shape.members(root, 'a test file', ['fixtures', 'now', 'tests'])
  const reading: Reading = {
    ...{ shape, source },
    fixtures: (fixtures && shape.attempt(() => readFixtures(fixtures, shape))) ?? NO_FIXTURES,
    now: (now && shape.attempt(() => readTime(now, shape))) ?? 0,
  }
  const written = tests ?? shape.fail(root.at, 'a test file has `tests`', TESTS_HINT)
  const list = shape.list(written, '`tests`')
  if (list.length === 0) shape.report(written.at, 'there are no tests here', TESTS_HINT)
  return list.flatMap((node) => shape.attempt(() => readTest(node, reading)) ?? [])
}
