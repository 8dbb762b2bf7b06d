import { basename } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import type { PolicyText } from '../kernel/policy/load-policies.ts'
import type { PolicySet } from '../kernel/policy/policy-set.ts'
import { type ActivationCause, versionBefore } from '../kernel/policy/versions/activation.ts'
import { rooted } from '../kernel/policy/versions/policy-texts.ts'
import { BY_OPERATOR, type EventBy } from '../kernel/receipt/event-draft.ts'
import type { Log, Ports } from '../pipeline/ports.ts'
import type { PolicyFiles, Reload } from '../sources/policy-files/policy-files.ts'
import type { PolicyVersions } from '../stores/policy-versions/policy-versions.ts'
import type { Config } from './config.ts'
import { loadTexts, loadVersion } from './load-texts.ts'
import { checkPolicyNames } from './policy-names.ts'
import { recordEvent } from './record-event.ts'

export interface PolicyControlOptions {
  readonly config: Pick<Config, 'policyDir' | 'policy'>
  readonly source: PolicyFiles
  readonly versions: PolicyVersions
  readonly ports: Pick<Ports, 'ledger' | 'clock' | 'ids'>
  readonly log: Log
  /** Runs the tests that lie beside policies. A set whose tests fail does not come into force. */
  readonly runTests?: (
    files: readonly PolicyText[],
    tests: readonly PolicyText[],
  ) => PolicyTestReport
}

/** What the tests of policies said. */
export interface PolicyTestReport {
  readonly passed: number
  readonly failed: number
  /** Each failure in one line. */
  readonly failures: readonly string[]
}

/** Policies to be put in force, or only to be tried. */
export interface PushRequest {
  readonly files: readonly PolicyText[]
  /** The `*.test.yaml` files beside them. */
  readonly tests?: readonly PolicyText[]
  /** The version that has to be in force now: what the difference was shown to. */
  readonly expected?: string
  readonly dryRun?: boolean
}

export interface RollbackRequest {
  /** A version that was in force, or its beginning; by default the one before. */
  readonly version?: string
  readonly expected?: string
  readonly dryRun?: boolean
}

/** What a change did, or would do. */
export interface PolicyChange {
  readonly version: string
  readonly before: string
  /** Whether that is another version. */
  readonly changed: boolean
  /** The directory says otherwise: the version holds until a file there changes. */
  readonly held: boolean
  readonly warnings: readonly string[]
  readonly tests?: PolicyTestReport
}

/**
 * How policies come into force while the runtime runs. One change at a time; each version is kept
 * and has its receipt before it decides anything, and one assignment is the swap: every decision is
 * made by one whole version.
 */
export class PolicyControl {
  readonly #options: PolicyControlOptions
  readonly #listeners = new Set<() => void>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: PolicyControlOptions) {
    this.#options = options
  }

  /** Keeps the version that the runtime starts with. */
  begin(): void {
    const { source } = this.#options
    const { version } = source.current()
    if (source.files !== undefined) this.#keep(version, source.files, 'start')
  }

  /** Calls `listener` when another version has come into force. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** A reload, which the source has made. Never rejects. */
  async followed({ ok, changed, version, files }: Reload): Promise<void> {
    const { ports, log } = this.#options
    try {
      if (changed) {
        this.#announce()
        this.#keep(version, files, 'watch')
        const detail = `${version} by watch`
        await recordEvent(ports, { name: 'policy.activated', detail, digest: version })
      } else if (ok) this.#options.versions.keep(version, files)
      else await recordEvent(ports, { name: 'policy.rejected', detail: `${version} stays` })
    } catch (error) {
      log.error('policy.unrecorded', { version, reason: String(error) })
    }
  }

  /** @throws PortcullisError `REQUEST_INVALID`, `POLICY_INVALID`, `POLICY_TESTS_FAILED` … */
  push(request: PushRequest, asker = BY_OPERATOR): Promise<PolicyChange> {
    return this.#inTurn(async () => {
      checkPolicyNames([...request.files, ...(request.tests ?? [])])
      const root = basename(this.#options.config.policyDir)
      const files = rooted(request.files, root)
      const { set, diagnostics } = loadTexts(files)
      const warnings = diagnostics.map(renderDiagnostic)
      if (set === undefined) throw invalid(warnings)
      const tests = this.#options.runTests?.(files, rooted(request.tests ?? [], root))
      return this.#change({ files, set, warnings, tests, by: 'push', asker }, request)
    })
  }

  /** @throws PortcullisError `POLICY_VERSION_UNKNOWN`, `POLICY_VERSION_CORRUPT` … */
  rollback(request: RollbackRequest, asker = BY_OPERATOR): Promise<PolicyChange> {
    return this.#inTurn(async () => {
      const { versions } = this.#options
      const { version: named } = request
      const version = named === undefined ? this.#before() : versions.find(named)
      const { set, files } = loadVersion(versions, version)
      const unchecked = { warnings: [], tests: undefined }
      return this.#change({ files, set, ...unchecked, by: 'rollback', asker }, request)
    })
  }

  #before(): string {
    const before = versionBefore(this.#options.versions.activations())
    if (before !== undefined) return before
    throw new PortcullisError('POLICY_VERSION_UNKNOWN', 'no other version was in force before')
  }

  async #change(
    { files, set, warnings, tests, by, asker }: Change,
    { expected, dryRun }: Pick<PushRequest, 'expected' | 'dryRun'>,
  ): Promise<PolicyChange> {
    const { source, versions, ports } = this.#options
    const before = source.current().version
    const over = source.otherwise(set)
    const { version } = set
    const changed = version !== before
    const held = over !== undefined
    const change = { version, before, changed, held, warnings, ...(tests && { tests }) }
    if (dryRun) return change
    if (tests !== undefined && tests.failed > 0) throw testsFailed(tests)
    if (expected !== undefined && expected !== before) throw conflict(before)
    versions.keep(version, files)
    const detail = `${version} by ${by}`
    await recordEvent(ports, { name: 'policy.activated', detail, digest: version }, asker)
    this.#activate(set, by, over)
    return change
  }

  /** No wait in here: from the pointer on the disk to the set that decides is one step. */
  #activate(set: PolicySet, by: ActivationCause, over: string | undefined): void {
    const { source, versions, ports, log } = this.#options
    const { version } = set
    versions.activate({ version, at: ports.clock.now(), by, ...(over && { over }) })
    const before = source.current().version
    source.put(set, over)
    log.info('policy.changed', { version, before, by, rules: set.ruleCount })
    this.#announce()
  }

  #keep(version: string, files: readonly PolicyText[], by: ActivationCause): void {
    const { versions, ports } = this.#options
    versions.keep(version, files)
    const last = versions.activations().at(-1)
    if (last?.version === version && last.over === undefined) return
    versions.activate({ version, at: ports.clock.now(), by })
  }

  #announce(): void {
    for (const listener of this.#listeners) listener()
  }

  /** After every change that was asked for before, however that went. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

interface Change {
  readonly files: readonly PolicyText[]
  readonly set: PolicySet
  readonly warnings: readonly string[]
  readonly tests: PolicyTestReport | undefined
  readonly by: 'push' | 'rollback'
  readonly asker: EventBy
}

function invalid(diagnostics: readonly string[]): PortcullisError {
  const mistakes = diagnostics.join('\n\n')
  return new PortcullisError('POLICY_INVALID', `the policies in force stay\n\n${mistakes}\n`)
}

function testsFailed({ failed, passed, failures }: PolicyTestReport): PortcullisError {
  const counts = `${failed} of ${failed + passed} policy tests fail, and the policies in force stay`
  return new PortcullisError('POLICY_TESTS_FAILED', [counts, ...failures].join('\n  '))
}

function conflict(inForce: string): PortcullisError {
  return new PortcullisError('POLICY_VERSION_CONFLICT', `\`${inForce}\` is in force by now`)
}
