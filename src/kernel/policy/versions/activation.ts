/** What brought a version into force. */
export const ACTIVATION_CAUSES = ['start', 'watch', 'push', 'rollback'] as const

export type ActivationCause = (typeof ACTIVATION_CAUSES)[number]

/** One time that a version came into force. */
export interface Activation {
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly by: ActivationCause
  /** `sourceDigest` of a directory that says otherwise: the version holds until that changes. */
  readonly over?: string
}

/**
 * The version that a rollback goes back to when it names none. A rollback takes back what came into
 * force after its version, so that a second one goes on to the version before.
 */
export function versionBefore(activations: readonly Activation[]): string | undefined {
  const stack: string[] = []
  for (const { version, by } of activations) {
    const at = by === 'rollback' ? stack.lastIndexOf(version) : -1
    if (at !== -1) stack.length = at + 1
    else if (stack.at(-1) !== version) stack.push(version)
  }
  return stack.at(-2)
}

/** Shortest beginning of a digest that may stand for a version. */
const MIN_PREFIX = 4

/** Is `text` this version: `sha256:` and its digest, or at least four digits it begins with? */
export function namesVersion(text: string, version: string): boolean {
  const digits = text.startsWith('sha256:') ? text.slice('sha256:'.length) : text
  return digits.length >= MIN_PREFIX && version.startsWith(`sha256:${digits}`)
}
