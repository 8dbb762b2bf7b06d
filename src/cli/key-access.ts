import type { KeyOperations } from '../app/keys/key-operations.ts'
import { atKeyDesk, readKeyList } from '../app/keys/open-key-desk.ts'
import { streamLog } from '../app/log.ts'
import { systemClock } from '../app/system-ports.ts'
import type { KeyList } from '../client/admin-client.ts'
import { codeOf } from '../kernel/errors.ts'
import { type ConfigOptions, inspectedConfig, runtimeOf } from './config-option.ts'

/** Asks the runtime about its keys, or reads them from the disk where none runs. */
export async function listKeys(options: ConfigOptions): Promise<KeyList> {
  const runtime = runtimeOf(options)
  if (await runs(() => runtime.keys())) return runtime.keys()
  return readKeyList(inspectedConfig(options), log())
}

/** Works on keys through the runtime, or directly where none runs. */
export async function withKeys<T>(
  options: ConfigOptions,
  work: (keys: KeyOperations) => Promise<T>,
): Promise<T> {
  const runtime = runtimeOf(options)
  if (await runs(() => runtime.keys())) return work(runtime)
  return atKeyDesk(inspectedConfig(options), log(), work)
}

async function runs(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (codeOf(error) === 'RUNTIME_NOT_RUNNING') return false
    throw error
  }
}

function log() {
  return streamLog(process.stderr, systemClock)
}
