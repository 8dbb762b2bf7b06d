import { join } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'
import type { Finality, Log, Ports } from '../pipeline/ports.ts'
import type { Config } from './config.ts'
import { type HeadSource, openPostQuantumKey, startWitnessing } from './parts.ts'
import { recordEvent } from './record-event.ts'
import { signAside } from './sign-aside.ts'
import { systemAlarm } from './system-ports.ts'

/** Characters of what a receipt tells of a fork. */
const FORK_DETAIL_LIMIT = 400

/** Where nobody witnesses: policies that ask for it deny before they get here. */
const NO_WITNESSES: Finality = {
  witnessed: () =>
    Promise.reject(new PortcullisError('FINALITY_UNAVAILABLE', 'there are no witnesses')),
}

export interface WitnessedHeadsOptions extends Pick<Ports, 'ledger' | 'clock' | 'ids'> {
  readonly source: HeadSource & { readonly origin: string }
  readonly log: Log
}

/** Heads on their way to be signed with ML-DSA-44, cosigned and published. */
export interface WitnessedHeads {
  readonly finality: Finality
  close(): Promise<void>
}

/** Starts what the configuration asks for; nothing where it asks for nothing. */
export async function openWitnessedHeads(
  { dataDir, ledger: { postQuantum: isHybrid }, witnesses }: Config,
  options: WitnessedHeadsOptions,
): Promise<WitnessedHeads> {
  const { source, log, clock } = options
  if (!isHybrid && witnesses === undefined) {
    return { finality: NO_WITNESSES, close: async () => undefined }
  }
  const signer = isHybrid
    ? await openPostQuantumKey(join(dataDir, 'keys'), source.origin)
    : undefined
  const postQuantum = signer && {
    key: signer.key,
    sign: (message: Uint8Array) => signAside(message, signer.privateKey),
  }
  const witnessing = startWitnessing({
    ...{ source, log, clock, alarm: systemAlarm, postQuantum, ...witnesses },
    onFork: (witness, code, reason) => {
      const detail = `${code} ${witness}: ${reason}`.slice(0, FORK_DETAIL_LIMIT)
      recordEvent(options, { name: 'witness.forked', detail }).catch((error) =>
        log.error('witness.unrecorded', { reason: error.message }),
      )
    },
  })
  return { finality: witnessing, close: () => witnessing.close() }
}
