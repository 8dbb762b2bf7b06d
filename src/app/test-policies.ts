import { PortcullisError } from '../kernel/errors.ts'
import type { Diagnostic } from '../kernel/policy/language/diagnostics.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import { loadPolicies } from '../kernel/policy/load-policies.ts'
import type { PolicySet } from '../kernel/policy/policy-set.ts'
import type { PolicyText } from '../kernel/policy/policy-text.ts'
import { coverageOf } from '../kernel/policy-tests/coverage.ts'
import type { Coverage } from '../kernel/policy-tests/coverage-report.ts'
import type { MutationReport, TriedMutant } from '../kernel/policy-tests/mutants/try-mutants.ts'
import { mutationReport, tryMutants } from '../kernel/policy-tests/mutants/try-mutants.ts'
import type { CellResult } from '../kernel/policy-tests/run-tests.ts'
import { runTests } from '../kernel/policy-tests/run-tests.ts'
import type { TestCell, TestSuite } from '../kernel/policy-tests/suite.ts'
import { policiesInvalid } from '../sources/policy-files/load-policy-directory.ts'
import { readPolicyFiles } from '../sources/policy-files/read-policy-files.ts'
import { readCedarTests, readTests, TEST_ENDINGS } from '../sources/policy-tests/read-tests.ts'
import { deciding } from './admin/administration.ts'
import { READING } from './policy-reading.ts'

/** Mutants tried where nothing else is said. */
export const DEFAULT_MAX_MUTANTS = 2_000
/** How long mutants are tried where nothing else is said, in milliseconds. */
export const DEFAULT_MUTATION_TIME_MS = 120_000

export interface PolicyTests {
  readonly suites: readonly TestSuite[]
  readonly set: PolicySet
  readonly files: readonly PolicyText[]
  /** Files of another language beside them. */
  readonly beside: readonly PolicyText[]
}

export interface TestSources {
  /** Where policies and their `*.test.yaml` are. */
  readonly directory: string
  /** Files of tests as `cedar run-tests` takes them. */
  readonly cedarTests: readonly string[]
}

/**
 * The policies below a directory with all their tests.
 * @throws PortcullisError `POLICY_INVALID`, `POLICY_TESTS_INVALID`, `POLICY_TESTS_MISSING`.
 */
export function openPolicyTests({ directory, cedarTests }: TestSources): PolicyTests {
  const { registry, outside } = READING
  const endings = [...TEST_ENDINGS, ...(outside?.endings ?? [])]
  const { files, outside: others, diagnostics } = readPolicyFiles(directory, endings)
  if (diagnostics.length > 0) throw policiesInvalid(directory, diagnostics)
  const isTest = ({ file }: PolicyText) => TEST_ENDINGS.some((ending) => file.endsWith(ending))
  const beside = others.filter((file) => !isTest(file))
  const loaded = loadPolicies([...files, ...beside], registry, { outside })
  if (loaded.set === undefined) throw policiesInvalid(directory, loaded.diagnostics)
  const read = [...others.filter(isTest).map(readTests), ...cedarTests.map(readCedarTests)]
  const mistakes = read.flatMap((it) => it.diagnostics)
  if (mistakes.length > 0) throw testsInvalid(mistakes)
  const suites = read.flatMap((it) => it.suites)
  if (suites.length === 0)
    throw new PortcullisError('POLICY_TESTS_MISSING', `no test below \`${directory}\``)
  return { suites, set: loaded.set, files, beside }
}

function testsInvalid(diagnostics: readonly Diagnostic[]): PortcullisError {
  const mistakes = diagnostics.map(renderDiagnostic).join('\n\n')
  return new PortcullisError('POLICY_TESTS_INVALID', `the tests cannot be read\n\n${mistakes}\n`)
}

export function runPolicyTests({ suites, set }: PolicyTests): readonly CellResult[] {
  return runTests(suites, deciding(set))
}

/** Which rules and branches of our own policies the tests reach. */
export function policyCoverage({ files, suites }: PolicyTests): Coverage {
  const requests = cellsOf(suites).map(({ request }) => request)
  return coverageOf(files, READING.registry, requests)
}

export interface MutationBounds {
  readonly maxMutants: number
  readonly timeMs: number
  /** Called after each mutant, with how many there were. */
  readonly onMutant?: (tried: number) => void
}

/** Which small mistakes in the policies no test would notice. The tests have to pass. */
export function mutatePolicies(tests: PolicyTests, bounds: MutationBounds): MutationReport {
  const { files, beside, suites } = tests
  const mutated = { files, beside, ...READING }
  const end = performance.now() + bounds.timeMs
  const tried: TriedMutant[] = []
  for (const mutant of tryMutants(mutated, cellsOf(suites))) {
    // The bound is looked at with a mutant at hand, so one that is reached in full is complete.
    if (tried.length >= bounds.maxMutants || performance.now() > end)
      return mutationReport(tried, false)
    tried.push(mutant)
    bounds.onMutant?.(tried.length)
  }
  return mutationReport(tried, true)
}

function cellsOf(suites: readonly TestSuite[]): readonly TestCell[] {
  return suites.flatMap(({ tests }) => tests.flatMap(({ cells }) => cells))
}
