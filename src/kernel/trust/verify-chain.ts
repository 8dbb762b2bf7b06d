/** Who may say what next: the rules by which one trust document follows another. */
import { atOnce } from '../checks/answer-now.ts'
import type { Check } from '../checks/check.ts'
import { PortcullisError } from '../errors.ts'
import { isLaterForm, sameHead } from './key-states.ts'
import type { TrustDocument } from './trust-document.ts'
import { signersCheck, type TrustFile, trustFileCheck } from './trust-file.ts'

export interface FirstOptions {
  /** Ids of root keys that are known from elsewhere: only these count. By default, its own. */
  readonly roots?: readonly string[] | undefined
}

/**
 * Judges the first document that is seen, by the roots that it names itself.
 * @throws PortcullisError `TRUST_UNTRUSTED`.
 */
export function* firstCheck(file: TrustFile, { roots }: FirstOptions = {}): Check<TrustDocument> {
  const { threshold, keys } = file.document.roots
  const counted = roots === undefined ? keys : keys.filter(({ id }) => roots.includes(id))
  demand(yield* signersCheck(file, counted), threshold, `version ${file.document.version}`)
  return file.document
}

/** `firstCheck`, at once. */
export const verifyFirst = atOnce(firstCheck)

/**
 * Judges `next` by the document before it: its number, its predecessor, the roots of both, and that
 * nothing is taken back.
 * @throws PortcullisError `TRUST_VERSION`, `TRUST_CHAIN`, `TRUST_UNTRUSTED`, `TRUST_CONTINUITY`.
 */
export function* nextCheck(current: TrustFile, next: TrustFile): Check<TrustDocument> {
  const { version, previous, roots } = next.document
  if (version !== current.document.version + 1) {
    const message = `version ${version} does not follow version ${current.document.version}`
    throw new PortcullisError('TRUST_VERSION', message)
  }
  if (previous !== current.digest) {
    throw new PortcullisError('TRUST_CHAIN', `version ${version} follows another document`)
  }
  const { roots: former } = current.document
  const byFormer = yield* signersCheck(next, former.keys)
  demand(byFormer, former.threshold, `the roots before version ${version}`)
  demand(yield* signersCheck(next, roots.keys), roots.threshold, `version ${version}`)
  checkContinuity(current.document, next.document)
  return next.document
}

/** `nextCheck`, at once. */
export const verifyNext = atOnce(nextCheck)

/**
 * Judges a whole history, oldest first, and returns the last document.
 * @throws PortcullisError as `verifyFirst` and `verifyNext`; `TRUST_MISSING` for no history at all.
 */
export function* trustChainCheck(
  files: readonly string[],
  options: FirstOptions = {},
): Check<TrustDocument> {
  const [first, ...later] = files
  if (first === undefined) throw new PortcullisError('TRUST_MISSING', 'there is no trust document')
  let current = yield* trustFileCheck(first)
  if (current.document.version !== 1) {
    throw new PortcullisError('TRUST_VERSION', 'the history does not begin with version 1')
  }
  yield* firstCheck(current, options)
  for (const file of later) {
    const next = yield* trustFileCheck(file)
    yield* nextCheck(current, next)
    current = next
  }
  return current.document
}

/** `trustChainCheck`, at once. */
export const verifyTrustChain = atOnce(trustChainCheck)

/**
 * That nobody is likely to hold a newer document back. `now` in milliseconds since the epoch.
 * @throws PortcullisError `TRUST_EXPIRED`.
 */
export function checkFresh({ version, expires }: TrustDocument, now: number): void {
  if (now < Date.parse(expires)) return
  throw new PortcullisError('TRUST_EXPIRED', `version ${version} was good until ${expires}`)
}

function demand(signers: number, threshold: number, of: string): void {
  if (signers >= threshold) return
  const message = `${signers} of ${threshold} root signatures that ${of} needs`
  throw new PortcullisError('TRUST_UNTRUSTED', message)
}

/** What was said of a key or a log is not taken back: old receipts stand on it. */
function checkContinuity(before: TrustDocument, after: TrustDocument): void {
  for (const key of before.keys) {
    const later = after.keys.find(({ vkey }) => vkey === key.vkey)
    if (later === undefined || !isLaterForm(key, later)) throw takenBack(`the key \`${key.vkey}\``)
  }
  for (const log of before.logs) {
    const later = after.logs.find(({ origin }) => origin === log.origin)
    const kept = log.final === undefined || sameHead(log.final, later?.final)
    if (later === undefined || !kept) throw takenBack(`the log \`${log.origin}\``)
  }
}

function takenBack(what: string): PortcullisError {
  return new PortcullisError('TRUST_CONTINUITY', `what was said of ${what} is taken back`)
}
