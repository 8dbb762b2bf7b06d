import type { Answer, Check, Question, SignatureQuestion } from './check.ts'

/** Carries a check out with WebCrypto, which browsers have, and Node too. */
export async function inTime<T>(check: Check<T>): Promise<T> {
  let step = check.next()
  while (!step.done) step = check.next(await answer(step.value))
  return step.value
}

/** A check as a function that gives a promise. */
export function soon<Args extends readonly unknown[], T>(
  check: (...args: Args) => Check<T>,
): (...args: Args) => Promise<T> {
  return (...args) => inTime(check(...args))
}

async function answer(question: Question): Promise<Answer> {
  if (question.kind === 'digest') {
    return new Uint8Array(await crypto.subtle.digest('SHA-256', question.data))
  }
  const { algorithm, data, signature } = question
  const key = await publicKeyOf(question)
  return key && crypto.subtle.verify(algorithm, key, signature, data)
}

/** Nothing where the platform does not know the algorithm: not every one has ML-DSA. */
async function publicKeyOf({ algorithm, spki }: SignatureQuestion) {
  try {
    return await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify'])
  } catch (error) {
    if (error instanceof Error && error.name === 'NotSupportedError') return undefined
    throw error
  }
}
