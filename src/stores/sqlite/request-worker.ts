/** The thread that seals recorded requests and writes them: nothing of it holds up an action. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { RequestFile } from './request-file.ts'
import type {
  FromRequestWorker,
  RequestWorkerSettings,
  ToRequestWorker,
} from './request-messages.ts'

if (parentPort !== null) serve(parentPort, workerData)

function serve(port: MessagePort, { file, bounds }: RequestWorkerSettings): void {
  let requests: RequestFile | undefined
  const attempt = (work: () => RequestFile): FromRequestWorker => {
    try {
      return { type: 'kept', kept: work().kept }
    } catch (error) {
      return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
    }
  }
  const open = () => {
    requests ??= new RequestFile(file, bounds)
    return requests
  }
  port.postMessage(attempt(open))
  port.on('message', (message: ToRequestWorker) => {
    if (message.type === 'close') {
      requests?.close()
      port.close()
      return
    }
    const keep = () => {
      const opened = open()
      opened.keep(message.requests, Date.now())
      return opened
    }
    port.postMessage(attempt(keep))
  })
}
