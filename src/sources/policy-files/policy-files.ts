import { watch } from 'node:fs'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import type { ObligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import type { Log, PolicySource } from '../../pipeline/ports.ts'
import { loadPolicyDirectory, policiesInvalid } from './load-policy-directory.ts'

/** How long the directory must be quiet before it is read again: editors write in several steps. */
export const RELOAD_QUIET_MS = 150

export interface PolicyFilesOptions {
  readonly directory: string
  readonly registry: ObligationRegistry
  readonly log: Log
  /** Called after every reload, whether it was taken or refused. */
  readonly onReload?: (reload: Reload) => void
}

export interface Reload {
  readonly ok: boolean
  /** The version in force after it: still the old one when it was refused. */
  readonly version: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface PolicyFiles extends PolicySource {
  current(): PolicySet
  /** Reads the directory again. A mistake anywhere keeps the version in force, and is logged. */
  reload(): Reload
  /** Stops watching. The version in force stays. */
  close(): void
}

/**
 * The policies below a directory, read again whenever a file there changes.
 * @throws PortcullisError `POLICY_INVALID` with every diagnostic when they do not load at first.
 */
export function openPolicyFiles(options: PolicyFilesOptions): PolicyFiles {
  const { directory, registry, log, onReload } = options
  const first = loadPolicyDirectory(directory, registry)
  if (first.set === undefined) throw policiesInvalid(directory, first.diagnostics)
  let inForce = first.set
  warn(first.diagnostics, log)
  log.info('policy.loaded', { version: inForce.version, rules: inForce.ruleCount })
  warnOfNothing(inForce, options)

  function reload(): Reload {
    const { set, diagnostics } = loadPolicyDirectory(directory, registry)
    if (set === undefined) refused(diagnostics)
    else if (set.version !== inForce.version) taken(set, diagnostics)
    const outcome = { ok: set !== undefined, version: inForce.version, diagnostics }
    onReload?.(outcome)
    return outcome
  }

  function refused(diagnostics: readonly Diagnostic[]): void {
    const mistakes = diagnostics.map(renderDiagnostic)
    log.error('policy.reload_refused', { version_in_force: inForce.version, mistakes })
  }

  function taken(set: PolicySet, diagnostics: readonly Diagnostic[]): void {
    const before = inForce.version
    inForce = set
    warn(diagnostics, log)
    log.info('policy.reloaded', { version: set.version, before, rules: set.ruleCount })
    warnOfNothing(set, options)
  }

  const stop = watchDirectory(directory, reload, log)
  return { current: () => inForce, reload, close: stop }
}

/** Calls `changed` once the directory has been quiet for a while after a change below it. */
function watchDirectory(directory: string, changed: () => void, log: Log): () => void {
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(directory, { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(changed, RELOAD_QUIET_MS)
  })
  watcher.on('error', (error) => {
    log.error('policy.watch_failed', { directory, reason: error.message })
  })
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}

/** An empty set is no mistake, but whoever left it so should not have to wonder. */
function warnOfNothing({ ruleCount }: PolicySet, { directory, log }: PolicyFilesOptions): void {
  if (ruleCount === 0) log.warn('policy.nothing_loaded', { directory, decision: 'deny all' })
}

function warn(diagnostics: readonly Diagnostic[], log: Log): void {
  for (const diagnostic of diagnostics)
    log.warn('policy.doubtful', { diagnostic: renderDiagnostic(diagnostic) })
}
