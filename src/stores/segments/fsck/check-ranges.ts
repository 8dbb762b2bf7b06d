import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { RangeTask, SoundRange } from './check-range.ts'
import type { FromRange } from './range-worker.ts'

// The published package holds JavaScript, a checkout TypeScript.
const WORKER = new URL(`./range-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Checks ranges at the same time, a thread each. Nothing as soon as anything is wrong in one of
 * them: what that is shows to whoever checks from the beginning.
 */
export async function checkRanges(
  tasks: readonly RangeTask[],
  onProgress: (bytes: number) => void,
): Promise<readonly SoundRange[] | undefined> {
  const read = tasks.map(() => 0)
  const ending: Promise<unknown>[] = []
  const stop = new AbortController()
  const ranges = tasks.map((task, index) => {
    const worker = new Worker(WORKER, { workerData: task })
    const { promise, resolve } = Promise.withResolvers<SoundRange | undefined>()
    worker.on('message', (message: FromRange) => {
      if ('over' in message) return resolve(message.over)
      read[index] = message.bytes
      onProgress(read.reduce((sum, bytes) => sum + bytes, 0))
    })
    worker.on('error', () => resolve(undefined))
    worker.on('exit', () => resolve(undefined))
    stop.signal.addEventListener('abort', () => ending.push(worker.terminate()))
    return promise.then((range) => range ?? Promise.reject(DOUBT))
  })
  try {
    return await Promise.all(ranges)
  } catch (error) {
    if (error !== DOUBT) throw error
    return undefined
  } finally {
    stop.abort()
    await Promise.all(ending)
  }
}

/** Why a range came to nothing. */
const DOUBT = Symbol('doubt')
