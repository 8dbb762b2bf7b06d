import { once } from 'node:events'
import { watch } from 'node:fs'
import { join } from 'node:path'

/**
 * Yields once at the beginning, and then whenever something was written to a ledger since the last
 * time. What is written while its caller is busy counts as one change. Ends when told to.
 */
export async function* ledgerChanges(
  directory: string,
  signal: AbortSignal,
): AsyncGenerator<undefined> {
  const watcher = watch(join(directory, 'segments'))
  let changed = true
  watcher.on('change', () => {
    changed = true
  })
  try {
    while (!signal.aborted) {
      if (!changed) await changeOrEnd(watcher, signal)
      if (!changed) return
      changed = false
      yield
    }
  } finally {
    watcher.close()
  }
}

async function changeOrEnd(watcher: ReturnType<typeof watch>, signal: AbortSignal): Promise<void> {
  try {
    await once(watcher, 'change', { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
