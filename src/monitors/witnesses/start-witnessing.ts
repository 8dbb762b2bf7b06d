import { Agent, type buildConnector } from 'undici'
import type { PolicyWitness } from '../../kernel/tlog/witness-policy.ts'
import type { Finality } from '../../pipeline/ports.ts'
import { HeadPublisher, type HeadPublisherOptions } from './head-publisher.ts'
import { DEFAULT_ANSWER_WAIT_MS } from './post-checkpoint.ts'
import { WitnessClient } from './witness-client.ts'

export interface WitnessingOptions extends Omit<HeadPublisherOptions, 'clients'> {
  /** How long a witness may take to answer, in milliseconds. */
  readonly answerWaitMs?: number
  /** How connections to witnesses are opened; by default as Node does. */
  readonly connect?: buildConnector.connector | undefined
}

/** Heads on their way to the witnesses. */
export interface Witnessing extends Finality {
  close(): Promise<void>
}

/** Publishes heads of a log, cosigned by the witnesses of the policy that have an address. */
export function startWitnessing(options: WitnessingOptions): Witnessing {
  const { policy, source, clock, answerWaitMs = DEFAULT_ANSWER_WAIT_MS } = options
  const { connect = { timeout: answerWaitMs } } = options
  // One connection to each is enough: heads are submitted one after another.
  const dispatcher = new Agent({ connections: 1, connect })
  const clients = [...byUrl(policy?.witnesses ?? [])].map(
    ([url, witnesses]) =>
      new WitnessClient({ url, witnesses, source, clock, dispatcher, answerWaitMs }),
  )
  const publisher = new HeadPublisher({ ...options, clients })
  const end = async () => {
    await publisher.close()
    await dispatcher.close()
  }
  let ending: Promise<void> | undefined
  return {
    witnessed: () => publisher.witnessed(),
    close: () => {
      ending ??= end()
      return ending
    },
  }
}

/** A witness that signs with two keys is asked once. */
function byUrl(witnesses: readonly PolicyWitness[]): ReadonlyMap<string, readonly PolicyWitness[]> {
  return Map.groupBy(
    witnesses.filter(({ url }) => url !== undefined),
    ({ url = '' }) => url,
  )
}
