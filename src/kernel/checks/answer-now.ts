import type { KeyObject } from 'node:crypto'
import type { Answer, Check, Question, SignatureQuestion } from './check.ts'

/** Carries a check out at once, with the crypto of Node. */
export function now<T>(check: Check<T>): T {
  let step = check.next()
  while (!step.done) step = check.next(answer(step.value))
  return step.value
}

/** A check as an ordinary function. */
export function atOnce<Args extends readonly unknown[], T>(
  check: (...args: Args) => Check<T>,
): (...args: Args) => T {
  return (...args) => now(check(...args))
}

function answer(question: Question): Answer {
  if (question.kind === 'digest') return node().hash('sha256', question.data, 'buffer')
  return node().verify(null, question.data, publicKeyOf(question), question.signature)
}

/** Reading a key takes longer than verifying with it. */
const keys = new WeakMap<Uint8Array, KeyObject>()

function publicKeyOf({ spki }: SignatureQuestion): KeyObject {
  const known = keys.get(spki)
  if (known !== undefined) return known
  const key = node().createPublicKey({ key: spki, format: 'der', type: 'spki' })
  keys.set(spki, key)
  return key
}

let crypto: typeof import('node:crypto') | undefined

/** Not by an import: a browser reads the same files, and answers in another way. */
function node(): typeof import('node:crypto') {
  crypto ??= process.getBuiltinModule('node:crypto')
  return crypto
}
