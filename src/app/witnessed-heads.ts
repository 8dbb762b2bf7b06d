import type { KeyObject } from 'node:crypto'
import { PortcullisError } from '../kernel/errors.ts'
import type { CosignerKey } from '../kernel/tlog/cosignature.ts'
import type { Finality, Log, Ports } from '../pipeline/ports.ts'
import type { Config } from './config.ts'
import { type HeadSource, startWitnessing } from './parts.ts'
import { recordEvent } from './record-event.ts'
import { signAside } from './sign-aside.ts'
import { systemAlarm } from './system-ports.ts'
import type { Certificates } from './tls/certificates.ts'

/** Characters of what a receipt tells of a fork. */
const FORK_DETAIL_LIMIT = 400

/** Where nobody witnesses: policies that ask for it deny before they get here. */
const NO_WITNESSES: Finality = {
  witnessed: () =>
    Promise.reject(new PortcullisError('FINALITY_UNAVAILABLE', 'there are no witnesses')),
}

export interface WitnessedHeadsOptions extends Pick<Ports, 'ledger' | 'clock' | 'ids'> {
  readonly source: HeadSource
  readonly log: Log
  readonly certificates: Pick<Certificates, 'connector'>
  /** Has the ML-DSA-44 keys that sign now: two of them while one takes over. */
  readonly keyring: { readonly postQuantum: readonly Cosigner[] }
}

interface Cosigner {
  readonly key: CosignerKey
  readonly privateKey: KeyObject
}

/** Heads on their way to be signed with ML-DSA-44, cosigned and published. */
export interface WitnessedHeads {
  readonly finality: Finality
  close(): Promise<void>
}

/** Starts what the configuration asks for; nothing where it asks for nothing. */
export async function openWitnessedHeads(
  { ledger: { postQuantum: isHybrid }, witnesses }: Config,
  options: WitnessedHeadsOptions,
): Promise<WitnessedHeads> {
  const { source, log, clock } = options
  if (!isHybrid && witnesses === undefined) {
    return { finality: NO_WITNESSES, close: async () => undefined }
  }
  const postQuantum = () =>
    options.keyring.postQuantum.map(({ key, privateKey }) => ({
      key,
      sign: (message: Uint8Array) => signAside(message, privateKey),
    }))
  const connect =
    witnesses &&
    (await options.certificates.connector('witnesses.tls', witnesses.tls, witnesses.answerWaitMs))
  const witnessing = startWitnessing({
    ...{ source, log, clock, alarm: systemAlarm, ...witnesses, connect },
    ...(isHybrid && { postQuantum }),
    onFork: (witness, code, reason) => {
      const detail = `${code} ${witness}: ${reason}`.slice(0, FORK_DETAIL_LIMIT)
      recordEvent(options, { name: 'witness.forked', detail }).catch((error) =>
        log.error('witness.unrecorded', { reason: error.message }),
      )
    },
  })
  return { finality: witnessing, close: () => witnessing.close() }
}
