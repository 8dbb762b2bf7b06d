import { watch } from 'node:fs'
import { PortcullisError } from '../../kernel/errors.ts'
import type { Diagnostic } from '../../kernel/policy/language/diagnostics.ts'
import { fileDiagnostic, renderDiagnostic } from '../../kernel/policy/language/diagnostics.ts'
import type { PolicyText } from '../../kernel/policy/load-policies.ts'
import type { PolicySet } from '../../kernel/policy/policy-set.ts'
import { sourceDigest } from '../../kernel/policy/versions/policy-texts.ts'
import type { Log, PolicySource } from '../../pipeline/ports.ts'
import {
  type LoadedDirectory,
  loadPolicyDirectory,
  type PolicyReading,
  policiesInvalid,
  readSetFiles,
} from './load-policy-directory.ts'

/** How long the directory must be quiet before it is read again: editors write in several steps. */
export const RELOAD_QUIET_MS = 150

export interface PolicyFilesOptions extends PolicyReading {
  readonly directory: string
  readonly log: Log
  /** Whether a change in the directory takes effect by itself; by default it does. */
  readonly follow?: boolean
  /** What was in force when the runtime stopped, where that was not what the directory says. */
  readonly resume?: Resume | undefined
  /** Called after every reload, whether it was taken or refused. */
  readonly onReload?: (reload: Reload) => void
}

/** A set to go on with in place of the directory: for as long as that is `over`, or for good. */
export interface Resume {
  readonly set: PolicySet
  readonly over?: string
}

export interface Reload {
  readonly ok: boolean
  /** Whether another version is in force now. */
  readonly changed: boolean
  /** The version in force after it: still the old one when it was refused. */
  readonly version: string
  readonly files: readonly PolicyText[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface PolicyFiles extends PolicySource {
  current(): PolicySet
  /** What the set in force was made from, when that is the directory. */
  readonly files: readonly PolicyText[] | undefined
  /** Whether the directory says otherwise than what was put in force. */
  readonly held: boolean
  /** Reads the directory again. A mistake anywhere keeps the version in force, and is logged. */
  reload(): Reload
  /** The digest of the directory when its files are another version than the set. */
  otherwise(set: PolicySet): string | undefined
  /**
   * Puts a set in force at once. Over a directory that says otherwise, given by its digest, it
   * holds until a file there changes, or until `reload`.
   */
  put(set: PolicySet, over: string | undefined): void
  /** Stops watching. The version in force stays. */
  close(): void
}

/**
 * The policies below a directory, read again whenever a file there changes.
 * @throws PortcullisError `POLICY_INVALID` with every diagnostic when they do not load at first;
 *   `CEDAR_MISSING` when there are Cedar files and nothing that reads them.
 */
export function openPolicyFiles(options: PolicyFilesOptions): PolicyFiles {
  const { directory, log, onReload, follow = true } = options
  const first = begin(options)
  let { loaded } = first
  let inForce = first.set
  /** The directory, while something else is in force for as long as it stays so. */
  let over = first.over

  function reload(): Reload {
    const found = loadAgain(options, loaded)
    const { set, diagnostics, files } = found
    const changed = set !== undefined && set.version !== inForce.version
    if (set !== undefined) loaded = found
    if (set === undefined) refused(diagnostics)
    else {
      over = undefined
      if (changed) taken(set, diagnostics)
      // Of one version, but rules may stand in other lines now: receipts name them.
      else inForce = set
    }
    const version = inForce.version
    const outcome = { ok: set !== undefined, changed, version, files, diagnostics }
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

  function changedOnDisk(): void {
    if (over === undefined || over !== digestOf(options)) reload()
    else warnOfHold(inForce, options)
  }

  const stop = follow ? watchDirectory(directory, changedOnDisk, log) : () => undefined
  return {
    current: () => inForce,
    files: first.files,
    get held() {
      return over !== undefined
    },
    reload,
    otherwise: (set) => saysOtherwise(options, set),
    put(set, digest) {
      inForce = set
      over = digest
      if (digest !== undefined) warnOfHold(set, options)
    },
    close: stop,
  }
}

interface Beginning {
  readonly set: PolicySet
  readonly over?: string | undefined
  readonly files: readonly PolicyText[] | undefined
  /** The directory as it was last in order: the next load begins from there. */
  readonly loaded: LoadedDirectory | undefined
}

/** The directory, unless something else was in force that still holds. */
function begin(options: PolicyFilesOptions): Beginning {
  const { directory, log, follow = true, resume } = options
  if (resume !== undefined && (!follow || resume.over === digestOf(options))) {
    const { set } = resume
    const over = saysOtherwise(options, set)
    log.info('policy.resumed', { version: set.version, rules: set.ruleCount })
    if (over !== undefined) warnOfHold(set, options)
    return { set, over, files: undefined, loaded: undefined }
  }
  const loaded = loadPolicyDirectory(directory, options)
  const { set, diagnostics, files } = loaded
  if (set === undefined) throw policiesInvalid(directory, diagnostics)
  warn(diagnostics, log)
  log.info('policy.loaded', { version: set.version, rules: set.ruleCount })
  warnOfNothing(set, options)
  return { set, files, loaded }
}

/** The digest of the directory when its files are not the version of the set. */
function saysOtherwise(options: PolicyFilesOptions, set: PolicySet) {
  const loaded = loadPolicyDirectory(options.directory, options)
  return loaded.set?.version === set.version ? undefined : sourceDigest(loaded.files)
}

function digestOf(options: PolicyFilesOptions): string {
  return sourceDigest(readSetFiles(options.directory, options).files)
}

function warnOfHold({ version }: PolicySet, { directory, log, follow = true }: PolicyFilesOptions) {
  const until = follow ? 'a file in the directory changes' : 'the next push'
  log.warn('policy.held', { version, directory, reason: 'the directory says otherwise', until })
}

/** Here nobody is left to catch an error: a reload that fails is one that is refused. */
function loadAgain(
  options: PolicyFilesOptions,
  previous: LoadedDirectory | undefined,
): LoadedDirectory {
  const { directory } = options
  try {
    return loadPolicyDirectory(directory, options, previous)
  } catch (error) {
    if (!(error instanceof PortcullisError)) throw error
    const diagnostics = [fileDiagnostic(directory, error.message)]
    return { set: undefined, diagnostics, files: [] }
  }
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
