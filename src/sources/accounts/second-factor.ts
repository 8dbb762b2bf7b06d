import { hash, type KeyObject, randomBytes } from 'node:crypto'
import { generateSecret, generateURI, verifySync } from 'otplib'
import type { KeptAccount, KeptTotp } from '../../pipeline/ports.ts'
import { seal, unseal } from './seal.ts'

/** RFC 6238: steps of thirty seconds, six digits; what every authenticator has. */
export const STEP_SECONDS = 30
/** A code of the step before and of the one to come is taken: clocks differ, people are slow. */
export const STEP_TOLERANCE_SECONDS = 30
export const RECOVERY_CODES = 10
/** 80 bits each: too many to be guessed, so that a plain hash keeps them. */
const RECOVERY_BYTES = 10

const CODE = /^\d{6}$/
const ISSUER = 'Portcullis'

/** What is shown once, when an authenticator is set up. */
export interface Enrolment {
  readonly secret: string
  /** `otpauth://totp/…`, for a QR code. */
  readonly uri: string
}

/** A secret for an authenticator; it counts once a code of it was shown. */
export function enrol(
  { name }: Pick<KeptAccount, 'name'>,
  place: string,
  key: KeyObject,
): { readonly enrolment: Enrolment; readonly totp: KeptTotp } {
  const secret = generateSecret()
  const uri = generateURI({ issuer: ISSUER, label: name, secret })
  const totp = { sealed: seal(secret, place, key), confirmed: false, lastStep: 0 }
  return { enrolment: { secret, uri }, totp }
}

/**
 * The account after this code was used, or nothing where the code does not count. A code counts
 * once, and no older one after it (RFC 6238 section 5.2); so does a recovery code.
 */
export function afterCode(
  account: KeptAccount,
  code: string,
  at: { readonly place: string; readonly key: KeyObject; readonly now: number },
): KeptAccount | undefined {
  const { totp, recovery } = account
  if (totp === undefined) return undefined
  const typed = code.replaceAll(/[\s-]/g, '').toLowerCase()
  if (!CODE.test(typed)) {
    const used = totp.confirmed ? digestOf(typed) : ''
    if (!recovery.includes(used)) return undefined
    return { ...account, recovery: recovery.filter((digest) => digest !== used) }
  }
  const step = stepOf(typed, unseal(totp.sealed, at.place, at.key), at.now)
  if (step === undefined || step <= totp.lastStep) return undefined
  return { ...account, totp: { ...totp, lastStep: step } }
}

/** Codes for whoever loses the authenticator, and the digests that they are kept by. */
export function newRecoveryCodes(): { readonly codes: string[]; readonly digests: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => {
    const text = randomBytes(RECOVERY_BYTES).toString('hex')
    return text.replaceAll(/.{5}(?=.)/g, '$&-')
  })
  return { codes, digests: codes.map((code) => digestOf(code.replaceAll('-', ''))) }
}

function stepOf(token: string, secret: string, now: number): number | undefined {
  const epoch = Math.floor(now / 1000)
  const tolerance = STEP_TOLERANCE_SECONDS
  const found = verifySync({ secret, token, epoch, epochTolerance: tolerance })
  return found.valid ? Math.floor(epoch / STEP_SECONDS) + found.delta : undefined
}

function digestOf(code: string): string {
  return hash('sha256', code, 'hex')
}
