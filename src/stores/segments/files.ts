import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  write,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'

/**
 * Everything that the writer of a ledger does to a disk. Each effect may fail, and tests see to it
 * that each does. What is written is on the disk only when a sync of the file has returned, and a
 * new name only when a sync of its directory has.
 */
export interface Files {
  /** Makes a directory and those above it, unless it is there; readable by its owner alone. */
  makeDirectory(path: string): void
  /**
   * Opens a file to read and write; `create` makes it, readable by its owner alone. With `append`
   * whatever is written goes behind its end, wherever that is by then.
   */
  open(path: string, how: 'existing' | 'create' | 'append'): number
  close(file: number): void
  /** Length of a file in bytes. */
  size(file: number): number
  /** Writes at a place and returns how many bytes it took, on a full disk fewer than were given. */
  write(file: number, bytes: Uint8Array, at: number): number
  /** The content of a file is on the disk. */
  fdatasync(file: number): void
  /** The names in a directory are on the disk. */
  syncDirectory(path: string): void
  rename(from: string, to: string): void
  /** Takes a file away, if it is there. */
  remove(path: string): void
  /** Bytes that may still be written to the disk of a directory. */
  freeBytes(directory: string): number
  /**
   * Puts zeros behind the end of a file that was opened to `append`, off the calling thread.
   * Resolves to the bytes that it could write, once they and the new length are on the disk.
   */
  appendZeros(file: number, bytes: number): Promise<number>
}

const writeAsync = promisify(write)
const fdatasyncAsync = promisify(fdatasync)
const FLAGS = { existing: 'r+', create: 'wx+', append: 'a' } as const

/** The file system of the machine. */
export const DISK: Files = {
  makeDirectory(path) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  },
  open: (path, how) => openSync(path, FLAGS[how], 0o600),
  close: closeSync,
  size: (file) => fstatSync(file).size,
  write: (file, bytes, at) => writeSync(file, bytes, 0, bytes.length, at),
  fdatasync: fdatasyncSync,
  syncDirectory(path) {
    // The descriptor is opened before anything in the directory could go wrong unseen.
    const directory = openSync(path, 'r')
    try {
      fsyncSync(directory)
    } finally {
      closeSync(directory)
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  freeBytes(directory) {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  },
  async appendZeros(file, bytes) {
    const { bytesWritten } = await writeAsync(file, Buffer.alloc(bytes))
    await fdatasyncAsync(file)
    return bytesWritten
  },
}
