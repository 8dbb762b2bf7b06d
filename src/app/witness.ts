import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { PortcullisError } from '../kernel/errors.ts'
import { type LogKey, parseLogKey } from '../kernel/tlog/log-key.ts'
import { parseWitnessPolicy } from '../kernel/tlog/witness-policy.ts'
import type { Log } from '../pipeline/ports.ts'
import {
  createWitnessServer,
  newWitnessKeys,
  readWitnessKeys,
  WitnessBook,
  type WitnessKeys,
  writeWitnessKeys,
} from './parts.ts'
import { signAside } from './sign-aside.ts'
import { systemClock } from './system-ports.ts'

export interface WitnessOptions {
  readonly host: string
  readonly port: number
  /** What it remembers: a SQLite database. */
  readonly state: string
  readonly keyFile: string
  /** Its name, on its cosignatures. Needed when the keys are made, and no other later. */
  readonly name?: string | undefined
  /** Public keys of the logs that it watches. */
  readonly logs: readonly string[]
  /** A file in the format of tlog-policy, whose logs it watches too. */
  readonly policyFile?: string | undefined
  readonly log: Log
  /** Files in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
}

/** A witness, answering. */
export interface RunningWitness {
  readonly address: string
  readonly name: string
  /** What the logs' policies name it by: Ed25519 first, then ML-DSA-44. */
  readonly vkeys: readonly string[]
  readonly origins: readonly string[]
  close(): Promise<void>
}

/**
 * Starts a witness. Its keys and its memory are made together, once; a key whose memory is gone
 * signs nothing any more.
 */
export async function startWitness(options: WitnessOptions): Promise<RunningWitness> {
  const logs = watchedLogs(options)
  const found = await readWitnessKeys(options.keyFile)
  const keys = found ?? newKeys(options.name)
  if (options.name !== undefined && options.name !== keys.name) {
    const message = `the keys are those of \`${keys.name}\`, not of \`${options.name}\``
    throw new PortcullisError('KEYS_INVALID', message)
  }
  const vkeys = keys.cosigners.map(({ vkey }) => vkey)
  const book = new WitnessBook({ file: options.state, keys: vkeys, create: found === undefined })
  try {
    // The memory first: keys without one are refused.
    if (found === undefined) await writeWitnessKeys(options.keyFile, keys)
    const tls = readTls(options.tls)
    const server = createWitnessServer({ ...options, logs, book, tls, ...signing(keys) })
    await server.listen({ host: options.host, port: options.port })
    const { port } = server.server.address() as AddressInfo
    const host = options.host.includes(':') ? `[${options.host}]` : options.host
    const end = async () => {
      await server.close()
      book.close()
    }
    let ending: Promise<void> | undefined
    const close = () => {
      ending ??= end()
      return ending
    }
    const origins = [...new Set(logs.map(({ name }) => name))]
    return {
      address: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
      name: keys.name,
      vkeys,
      origins,
      close,
    }
  } catch (error) {
    book.close()
    throw error
  }
}

function readTls(files: WitnessOptions['tls']) {
  if (files === undefined) return undefined
  const { cert, key, clientCa } = files
  const asked = clientCa === undefined ? {} : { clientCa: readText(clientCa) }
  return { cert: readText(cert), key: readText(key), ...asked }
}

function signing(keys: WitnessKeys) {
  const cosigners = keys.cosigners.map(({ key, privateKey }) => ({
    key,
    sign: (message: Uint8Array) => signAside(message, privateKey),
  }))
  return { cosigners, clock: systemClock }
}

function newKeys(name: string | undefined): WitnessKeys {
  if (name !== undefined) return newWitnessKeys(name)
  throw new PortcullisError('KEYS_INCOMPLETE', 'there are no keys yet: say their `--name`')
}

function watchedLogs({ logs, policyFile }: WitnessOptions): readonly LogKey[] {
  const listed = policyFile === undefined ? [] : parseWitnessPolicy(readText(policyFile)).logs
  const keys = [...logs.map(parseLogKey), ...listed.map(({ key }) => key)]
  if (keys.length > 0) return keys
  throw new PortcullisError('WITNESS_LOG_UNKNOWN', 'there is no log to watch')
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `\`${file}\` cannot be read`, { cause })
  }
}
