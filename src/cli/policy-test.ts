import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { PolicyTests } from '../app/test-policies.ts'
import {
  DEFAULT_MAX_MUTANTS,
  DEFAULT_MUTATION_TIME_MS,
  mutatePolicies,
  openPolicyTests,
  policyCoverage,
  runPolicyTests,
} from '../app/test-policies.ts'
import { PortcullisError } from '../kernel/errors.ts'
import type { Coverage } from '../kernel/policy-tests/coverage-report.ts'
import type { MutationReport } from '../kernel/policy-tests/mutants/try-mutants.ts'
import { renderJunit } from '../kernel/policy-tests/render-junit.ts'
import { renderCoverage, renderMutation } from '../kernel/policy-tests/render-reports.ts'
import { isOk, renderResults } from '../kernel/policy-tests/render-results.ts'
import type { CellResult } from '../kernel/policy-tests/run-tests.ts'
import type { Answer } from './command.ts'
import { answer, command, EXIT } from './command.ts'
import { DEFAULT_CONFIG_FILE, inspectedConfig } from './config-option.ts'

interface TestOptions {
  readonly coverage?: boolean
  readonly mutate?: boolean
  readonly threshold?: string
  readonly maxMutants: string
  readonly mutationTime: string
  readonly junit?: string
  readonly cedarTests: readonly string[]
  readonly config: string
  readonly json?: boolean
}

/** `portcullis policy test [dir]` */
export function testCommand(): Command {
  return command({
    name: 'test [dir]',
    summary: 'Run the *.test.yaml beside the policies. Exit 1 when something comes out otherwise.',
    examples: [
      'portcullis policy test',
      'portcullis policy test ./policies --coverage --threshold 90 --junit report.xml',
      'portcullis policy test --mutate',
      'portcullis policy test --cedar-tests tests.json',
    ],
  })
    .option('--coverage', 'also say which rules and conditions no test shows both ways')
    .option('--mutate', 'also make small mistakes in the policies and say which no test notices')
    .option('--threshold <percent>', 'fail below this coverage, and this share of mutants noticed')
    .option('--max-mutants <number>', 'mutants to try at most', String(DEFAULT_MAX_MUTANTS))
    .option(
      '--mutation-time <seconds>',
      'how long to try mutants at most',
      String(DEFAULT_MUTATION_TIME_MS / 1000),
    )
    .option('--junit <file>', 'write the results there as JUnit XML')
    .option(
      '--cedar-tests <file>',
      'tests as `cedar run-tests` takes them; repeatable',
      collect,
      [],
    )
    .option('--config <file>', 'the configuration that names the directory', DEFAULT_CONFIG_FILE)
    .action((directory: string | undefined, options: TestOptions) =>
      answer(options.json, async () => tested(directory, options)),
    )
}

function collect(file: string, before: readonly string[]): readonly string[] {
  return [...before, file]
}

interface Report {
  readonly results: readonly CellResult[]
  readonly coverage: Coverage | undefined
  readonly mutation: MutationReport | undefined
}

function tested(directory: string | undefined, options: TestOptions): Answer {
  const threshold = percentOf(options.threshold)
  const { cedarTests, junit } = options
  const from = directory ?? inspectedConfig(options).policyDir
  const tests = openPolicyTests({ directory: from, cedarTests })
  const results = runPolicyTests(tests)
  const passed = results.every(isOk)
  if (junit !== undefined) write(junit, renderJunit(results))
  const coverage = options.coverage ? policyCoverage(tests) : undefined
  // A test that fails already would notice every mutant.
  const mutation = options.mutate && passed ? mutated(tests, options) : undefined
  const enough = [coverage, mutation].every((it) => (it?.percent ?? 100) >= threshold)
  const ok = passed && enough && (mutation?.complete ?? true)
  const report = { results, coverage, mutation }
  return {
    json: { ok, ...jsonOf(report) },
    text: textOf(report, tests, options),
    exit: ok ? EXIT.ok : EXIT.failed,
  }
}

function mutated(tests: PolicyTests, { maxMutants, mutationTime }: TestOptions): MutationReport {
  const isTerminal = process.stderr.isTTY
  const bounds = {
    maxMutants: countOf(maxMutants, '--max-mutants'),
    timeMs: countOf(mutationTime, '--mutation-time') * 1000,
  }
  const report = mutatePolicies(tests, {
    ...bounds,
    onMutant(tried) {
      if (isTerminal && tried % 10 === 0) process.stderr.write(`\r${tried} mutants`)
    },
  })
  if (isTerminal) process.stderr.write('\r\u001B[K')
  return report
}

function textOf({ results, coverage, mutation }: Report, tests: PolicyTests, options: TestOptions) {
  const failed = results.filter((result) => !isOk(result)).length
  const parts = [renderResults(results, (request) => tests.set.explain(request))]
  if (coverage !== undefined) parts.push(renderCoverage(coverage))
  if (mutation !== undefined) parts.push(renderMutation(mutation))
  else if (options.mutate) parts.push('mutants\n  not tried: first the tests have to pass')
  const counts = `${results.length - failed} passed, ${failed} failed`
  const { threshold } = options
  if (threshold !== undefined) parts.push(`threshold ${threshold} %`)
  return [...parts, `${counts}, policy version ${tests.set.version}`].join('\n\n')
}

function jsonOf({ results, coverage, mutation }: Report) {
  const failed = results.filter((result) => !isOk(result)).length
  return {
    ...{ passed: results.length - failed, failed },
    tests: results.map((result) => ({
      ...{ file: result.suite.file, test: result.test.name, cell: result.cell.title },
      ...{ line: result.cell.expected.at.line, ok: isOk(result) },
      differences: result.differences,
    })),
    ...(coverage && { coverage }),
    ...(mutation && { mutation }),
  }
}

function percentOf(text: string | undefined): number {
  if (text === undefined) return 0
  const percent = countOf(text, '--threshold')
  if (percent <= 100) return percent
  throw new PortcullisError('REQUEST_INVALID', '`--threshold` is a number from 0 to 100')
}

function countOf(text: string, option: string): number {
  const count = Number(text)
  if (/^\d+$/u.test(text) && Number.isSafeInteger(count)) return count
  throw new PortcullisError('REQUEST_INVALID', `\`${option}\` is a whole number, not \`${text}\``)
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'no reason given'
    throw new PortcullisError('FILE_UNWRITABLE', `\`${file}\` cannot be written: ${why}`, { cause })
  }
}
