/** The thread that owns the files: the tree, signing and waiting for the disk happen here. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { HASH_BYTES } from '../../kernel/tlog/hash.ts'
import { DISK } from './files.ts'
import type { Group } from './group.ts'
import type { FromWorker, GroupMessage, ToWorker, WorkerSettings } from './ledger-messages.ts'
import { type OpenGroupWriter, openGroupWriter, openingCode } from './open-group-writer.ts'

if (parentPort !== null) serve(parentPort, workerData)

function serve(port: MessagePort, settings: WorkerSettings): void {
  const say = (message: FromWorker) => port.postMessage(message)
  const ledger = open(settings, say)
  if (ledger === undefined) return
  const batches: { frames: Buffer; hashes: Buffer }[] = []
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'batch':
        batches.push({
          frames: Buffer.from(message.memory, 0, message.frames),
          hashes: Buffer.from(message.memory, message.frames),
        })
        return
      case 'commit':
        return guarded(say, () => ledger.writer.commit(groupOf(message, batches)))
      case 'poke':
        return guarded(say, () => ({ type: 'standing', standing: ledger.writer.poke() }))
      case 'signers':
        return ledger.writer.useSigners(message.signers)
      case 'reported':
        return guarded(say, () => {
          ledger.reported()
          return undefined
        })
      case 'close':
        void ledger.close().finally(() => port.close())
    }
  })
}

function open(
  settings: WorkerSettings,
  say: (message: FromWorker) => void,
): OpenGroupWriter | undefined {
  try {
    const ledger = openGroupWriter({ ...settings, files: DISK })
    say({ type: 'opened', opened: ledger.opened })
    return ledger
  } catch (error) {
    say({ type: 'unopened', code: openingCode(error), message: messageOf(error) })
    return undefined
  }
}

function groupOf(
  { batch, frameBytes, leaves, ...group }: GroupMessage,
  batches: readonly { readonly frames: Buffer; readonly hashes: Buffer }[],
): Group {
  const memory = batches[batch]
  if (memory === undefined) throw new TypeError(`there is no batch ${batch}`)
  const frames = memory.frames.subarray(0, frameBytes)
  return { ...group, frames, hashes: memory.hashes.subarray(0, leaves * HASH_BYTES) }
}

type Work = () => FromWorker | Promise<FromWorker> | undefined

/** Says the answer as soon as there is one: at once, unless it has to be waited for. */
function guarded(say: (message: FromWorker) => void, work: Work): void {
  const failed = (error: unknown) => say({ type: 'failed', message: messageOf(error) })
  try {
    const answer = work()
    if (answer instanceof Promise) answer.then(say, failed)
    else if (answer !== undefined) say(answer)
  } catch (error) {
    failed(error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
