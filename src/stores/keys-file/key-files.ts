import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'

/** The files of a key set. All of them, or it is none. */
export const KEY_FILES = {
  /** Name of the log, one line. */
  origin: { name: 'origin', mode: 0o644 },
  /** The states of the keys that sign checkpoints, `ledger/1.pem` and so on. */
  states: { name: 'ledger/states.json', mode: 0o644 },
  /** The public half of the active one as a `vkey`, one line: all that a verifier needs. */
  vkey: { name: 'ledger.vkey', mode: 0o644 },
  /** Ed25519 in PKCS#8: signs the tokens of agents. */
  identity: { name: 'identity.pem', mode: 0o600 },
  /** 32 bytes: keys the digests of payloads. */
  digest: { name: 'digest.key', mode: 0o600 },
} as const

/** The public half of the active ML-DSA-44 key as a `vkey`, where one signs too. */
export const POST_QUANTUM_VKEY_FILE = { name: 'ledger-ml-dsa.vkey', mode: 0o644 } as const

export interface KeyFile {
  readonly name: string
  readonly mode: 0o600 | 0o644
}

/** In PKCS#8: the `generation`-th key that signs checkpoints, of either kind, counted from 1. */
export function ledgerKeyFile(generation: number): KeyFile {
  return { name: `ledger/${generation}.pem`, mode: 0o600 }
}

/** Longest private key or name that is read, in bytes. */
export const MAX_KEY_FILE_BYTES = 16 * 1024
/** Longest public file that is read, in bytes: states and trust documents grow with each key. */
export const MAX_PUBLIC_FILE_BYTES = 2 * 1024 * 1024

const GROUP_AND_OTHERS = 0o077
const GROUP_OR_OTHERS_WRITE = 0o022

/** The content of a key file, or nothing when there is none; `KEYS_INSECURE` if others may read. */
export async function readKeyFile(directory: string, file: KeyFile): Promise<Buffer | undefined> {
  const path = join(directory, file.name)
  const handle = await openIfThere(path)
  if (handle === undefined) return undefined
  try {
    // The open file and not its path: between two looks a path can come to mean another file.
    const { mode, uid, size } = await handle.stat()
    const forbidden = file.mode === 0o600 ? GROUP_AND_OTHERS : GROUP_OR_OTHERS_WRITE
    if ((mode & forbidden) !== 0) throw insecure(path, `mode ${(mode & 0o777).toString(8)}`)
    if (!ownedBySelf(uid)) throw insecure(path, `owner ${uid}`)
    if (size > limitOf(file)) throw new PortcullisError('KEYS_INVALID', `\`${path}\` is too long`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

function limitOf({ name, mode }: KeyFile): number {
  return mode === 0o644 && name.endsWith('.json') ? MAX_PUBLIC_FILE_BYTES : MAX_KEY_FILE_BYTES
}

/** Refuses a key directory in which others could exchange the keys. */
export async function checkKeyDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const { mode, uid } = await handle.stat()
    if ((mode & GROUP_OR_OTHERS_WRITE) !== 0 || !ownedBySelf(uid)) {
      throw insecure(directory, `owner ${uid}, mode ${(mode & 0o777).toString(8)}`)
    }
  } finally {
    await handle.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new PortcullisError('KEYS_INVALID', `\`${path}\` cannot be read`, { cause })
  }
}

/** Root may read everything anyway; any other owner could read what is ours. */
function ownedBySelf(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.()
}

function insecure(path: string, found: string): PortcullisError {
  return new PortcullisError('KEYS_INSECURE', `\`${path}\` is open to others: ${found}`)
}
