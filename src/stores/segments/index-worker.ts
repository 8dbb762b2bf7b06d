/** The thread that continues the index while the runtime runs. */
import { setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { LedgerIndex } from './ledger-index.ts'

/** Asks for the index to cover the node log up to a size that is on the disk; or to end. */
export type ToIndexer = { readonly durable: number } | 'close'

/** The index covers the node log up to a size; it had to be made anew; it can't go on. */
export type FromIndexer =
  | { readonly type: 'indexed'; readonly durable: number }
  | { readonly type: 'rebuilding'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string }

/** Niceness of the thread: whoever writes receipts or answers agents goes first. */
const NICENESS = 10

if (parentPort !== null) serve(parentPort, workerData.directory)

function serve(port: MessagePort, directory: string): void {
  // On Linux this is the priority of the thread alone, elsewhere that of the process.
  if (process.platform === 'linux') setPriority(NICENESS)
  const say = (message: FromIndexer) => port.postMessage(message)
  const open = () =>
    LedgerIndex.open(directory, ({ message }) => say({ type: 'rebuilding', reason: message }))
  let index: LedgerIndex | undefined
  const step = (durable: number) => {
    try {
      if (index?.isCurrent === false) {
        index.close()
        index = undefined
      }
      index ??= open()
      // In between, messages come in: one of them may end it.
      if (index.continue({ durable })) setImmediate(step, durable)
      else say({ type: 'indexed', durable })
    } catch (error) {
      index?.close()
      index = undefined
      say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }
  port.on('message', (message: ToIndexer) => {
    if (message !== 'close') return step(message.durable)
    index?.close()
    process.exit(0)
  })
}
