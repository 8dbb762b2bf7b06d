/**
 * Which warning is due before a certificate ends: the shortest of the times that has begun, unless
 * it, or a shorter one, was told already. All in milliseconds.
 */
export function dueWarning(
  left: number,
  warnBefore: readonly number[],
  told: number = Number.POSITIVE_INFINITY,
): number | undefined {
  const begun = warnBefore.filter((before) => left <= before)
  const due = begun.length === 0 ? undefined : Math.min(...begun)
  return due !== undefined && due < told ? due : undefined
}
