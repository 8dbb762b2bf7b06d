import { relative, resolve } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

/**
 * Runs the policy tests inside of Stryker's worker: a mutant costs milliseconds and no process. All
 * mutants are in the instrumented code at once; which of them is at work, the code reads from
 * `__stryker__`. What is at work while the code loads gets a worker of its own from Stryker.
 */

export interface MutantTest {
  readonly name: string
  readonly run: () => void
}

/** What instrumented code and test runner share. */
interface Namespace {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  mutantCoverage?: unknown
  hitCount?: number | undefined
  hitLimit?: number | undefined
}

interface MutantRun {
  readonly activeMutant: { readonly id: string }
  readonly testFilter?: readonly string[]
  readonly hitLimit?: number
}

const TESTS = 'test/mutation/policy-tests.ts'
const ENDLESS = 'Hit count limit reached'

class InProcessRunner {
  private tests: readonly MutantTest[] | undefined

  capabilities() {
    return { reloadEnvironment: false }
  }

  async dryRun() {
    const stryker = namespace()
    const tests = (await this.loaded()).map(({ name, run }) => {
      stryker.currentTestId = name
      const begun = performance.now()
      const failure = failureOf(run)
      const timeSpentMs = performance.now() - begun
      if (failure === undefined) return { id: name, name, status: 0, timeSpentMs }
      return { id: name, name, status: 1, failureMessage: failure, timeSpentMs }
    })
    stryker.currentTestId = undefined
    return { status: 'complete', tests, mutantCoverage: stryker.mutantCoverage }
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRun) {
    const stryker = namespace()
    stryker.hitCount = hitLimit === undefined ? undefined : 0
    stryker.hitLimit = hitLimit
    stryker.activeMutant = activeMutant.id
    try {
      const tests = await this.loaded()
      const chosen = tests.filter(({ name }) => testFilter?.includes(name) !== false)
      for (const [index, { name, run }] of chosen.entries()) {
        const failureMessage = failureOf(run)
        if (failureMessage?.includes(ENDLESS)) return { status: 'timeout', reason: failureMessage }
        if (failureMessage !== undefined)
          return { status: 'killed', killedBy: [name], failureMessage, nrOfTests: index + 1 }
      }
      return { status: 'survived', nrOfTests: chosen.length }
    } catch (error) {
      // Code that cannot even be loaded with the mutant at work is not code that passes.
      return { status: 'killed', killedBy: ['load'], failureMessage: String(error), nrOfTests: 0 }
    } finally {
      stryker.activeMutant = undefined
    }
  }

  private async loaded(): Promise<readonly MutantTest[]> {
    if (this.tests === undefined) {
      const module = await import(pathToFileURL(resolve(process.cwd(), TESTS)).href)
      this.tests = module.POLICY_TESTS
    }
    return this.tests ?? []
  }
}

function namespace(): Namespace {
  const holder: { __stryker__?: Namespace } = globalThis as object
  holder.__stryker__ ??= {}
  return holder.__stryker__
}

function failureOf(run: () => void): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

interface Tested {
  readonly status: string
  readonly fileName: string
  readonly replacement?: string
  readonly location: { readonly start: { readonly line: number } }
}

/** Names each survivor when it is found: the report comes only at the end. */
class SurvivorReporter {
  onMutantTested({ status, fileName, location, replacement = '' }: Tested): void {
    if (status !== 'Survived' && status !== 'NoCoverage') return
    const place = `${relative(process.cwd(), fileName)}:${location.start.line}`
    process.stderr.write(`survived: ${place} becomes ${replacement.replaceAll(/\s+/gu, ' ')}\n`)
  }
}

export const strykerPlugins: readonly object[] = [
  { kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner },
  { kind: 'Reporter', name: 'survivors', injectableClass: SurvivorReporter },
]
