/** Resolves when the work is done, or has taken too long; then it goes on by itself. */
export async function atMost(waitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
