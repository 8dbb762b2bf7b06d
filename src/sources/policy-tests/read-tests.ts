import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { sourceOf } from '../../kernel/policy/language/source.ts'
import type { PolicyText } from '../../kernel/policy/policy-text.ts'
import { importCedarTests } from '../../kernel/policy-tests/import-cedar.ts'
import { readSuite } from '../../kernel/policy-tests/read-suite.ts'
import type { TestSuite } from '../../kernel/policy-tests/suite.ts'
import { parseYaml } from './parse-yaml.ts'

/** Endings of files of tests, which stand beside the policies. */
export const TEST_ENDINGS: readonly string[] = ['.test.yaml', '.test.yml']

/** Length of a file of tests, in bytes. */
export const MAX_TEST_FILE_BYTES = 4_194_304

export interface ReadTests {
  readonly suites: readonly TestSuite[]
  /** With any of these the suites are not to be trusted. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the text of one `*.test.yaml`. */
export function readTests({ file, text }: PolicyText): ReadTests {
  const source = sourceOf(file, text)
  const { root, diagnostics } = parseYaml(source)
  if (root === undefined) return { suites: [], diagnostics }
  const read = readSuite(source, root)
  return { suites: [read.suite], diagnostics: read.diagnostics }
}

/**
 * Reads a file of tests as `cedar run-tests` takes it. JSON is YAML, so places come for free.
 * @throws PortcullisError `FILE_UNREADABLE`.
 */
export function readCedarTests(file: string): ReadTests {
  const source = sourceOf(file, readText(file))
  const { root, diagnostics } = parseYaml(source)
  if (root === undefined) return { suites: [], diagnostics }
  const read = importCedarTests(source, root, (name) => {
    const path = join(dirname(file), name)
    // As Cedar's own tool has it: tests speak of nothing outside their folder.
    if (relative(dirname(file), path).startsWith('..')) return undefined
    return parseYaml(sourceOf(path, readText(path))).root
  })
  return { suites: [read.suite], diagnostics: read.diagnostics }
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    if (bytes.length > MAX_TEST_FILE_BYTES)
      throw new Error(`it is larger than ${MAX_TEST_FILE_BYTES} bytes`)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'no reason given'
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read: ${why}`, { cause })
  }
}
