/** The thread that owns the ledger file: hashing, signing and waiting for the disk happen here. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type ErrorCode, PortcullisError } from '../../kernel/errors.ts'
import { isDamage } from './ledger-database.ts'
import { LedgerFile, type NewLeaf } from './ledger-file.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './ledger-messages.ts'

if (parentPort !== null) serve(parentPort, workerData)

function serve(port: MessagePort, settings: WorkerSettings): void {
  const { ledger, answer } = open(settings)
  port.postMessage(answer)
  if (ledger === undefined) return
  port.on('message', (message: ToWorker) => {
    if (message.type === 'commit') {
      port.postMessage(commit(ledger, message.leaves))
    } else {
      ledger.close()
      port.close()
    }
  })
}

function open({ file, signer }: WorkerSettings): { ledger?: LedgerFile; answer: FromWorker } {
  try {
    const ledger = LedgerFile.open(file, signer)
    const { size, interrupted } = ledger
    const checkpoint = ledger.checkpoint()
    return { ledger, answer: { type: 'opened', size, checkpoint, interrupted } }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { answer: { type: 'refused', code: openingCode(error), message } }
  }
}

function openingCode(error: unknown): ErrorCode {
  if (error instanceof PortcullisError) return error.code
  return isDamage(error) ? 'LEDGER_CORRUPT' : 'LEDGER_UNAVAILABLE'
}

function commit(ledger: LedgerFile, leaves: readonly NewLeaf[]): FromWorker {
  try {
    return { type: 'committed', checkpoint: ledger.commit(leaves) }
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}
