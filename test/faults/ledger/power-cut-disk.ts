import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DISK, type Files } from '../../../src/stores/segments/files.ts'
import { Random } from './random.ts'

/** What a disk writes in one go, and so has or has not of a write that a power cut tore. */
const SECTOR_BYTES = 512

/** Where the machine dies, or where a sync fails: the n-th effect on the disk. */
export interface Fault {
  readonly at: number
  readonly kind: 'cut' | 'sync-lost'
}

/** What the machine writes after this never was: the power is gone. */
export class PowerCut extends Error {}

/** A file as it is in memory and on the disk. */
interface Inode {
  durable: Buffer
  /** Written and not synced yet, in order. A length is a write of zeros. */
  pending: { readonly at: number; readonly bytes: Buffer }[]
}

/**
 * A disk with a memory before it, as machines have them. The process reads what it wrote, from real
 * files; what a power cut leaves is kept beside: only what was synced is sure, and of the rest any
 * part in any order. A failed sync takes what it should have written for written, as Linux does.
 */
export class PowerCutDisk implements Files {
  readonly #root: string
  readonly #random: Random
  readonly #fault: Fault
  readonly #inodes = new Map<number, Inode>()
  /** Files in which all that is written goes behind the end. */
  readonly #appending = new Set<number>()
  /** Names in memory and on the disk, relative to the root. */
  #names: Map<string, Inode>
  #durableNames: Map<string, Inode>
  #directories: Set<string>
  #durableDirectories: Set<string>
  #effects = 0
  #isCut = false
  #hadFault = false

  /** `before` is the disk that a machine goes on with. */
  constructor(
    root: string,
    { random, ...fault }: Fault & { random: Random },
    before?: PowerCutDisk,
  ) {
    this.#root = root
    this.#random = random
    this.#fault = fault
    this.#names = new Map(before === undefined ? [] : before.#names)
    this.#durableNames = new Map(before === undefined ? [] : before.#durableNames)
    this.#directories = new Set(before === undefined ? [] : before.#directories)
    this.#durableDirectories = new Set(before === undefined ? [] : before.#durableDirectories)
  }

  /** A disk with what is in a directory, all of it on the disk. */
  static startingFrom(root: string): PowerCutDisk {
    const never = { random: new Random(0), at: Number.POSITIVE_INFINITY, kind: 'cut' } as const
    const disk = new PowerCutDisk(root, never)
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const name = relative(root, path)
      if (entry.isDirectory()) disk.#directories.add(name)
      else disk.#names.set(name, { durable: readFileSync(path), pending: [] })
    }
    disk.#durableDirectories = new Set(disk.#directories)
    disk.#durableNames = new Map(disk.#names)
    return disk
  }

  /** Did the fault come to pass? */
  get hadFault(): boolean {
    return this.#hadFault
  }

  makeDirectory(path: string): void {
    this.#effect()
    DISK.makeDirectory(path)
    const parts = relative(this.#root, path).split('/')
    parts.forEach((_, index) => void this.#directories.add(parts.slice(0, index + 1).join('/')))
  }

  open(path: string, how: Parameters<Files['open']>[1]): number {
    this.#effect()
    const file = DISK.open(path, how)
    const name = relative(this.#root, path)
    const inode = this.#names.get(name) ?? { durable: Buffer.alloc(0), pending: [] }
    this.#names.set(name, inode)
    this.#inodes.set(file, inode)
    if (how === 'append') this.#appending.add(file)
    return file
  }

  close(file: number): void {
    this.#inodes.delete(file)
    this.#appending.delete(file)
    DISK.close(file)
  }

  size(file: number): number {
    return DISK.size(file)
  }

  write(file: number, bytes: Uint8Array, place: number): number {
    const at = this.#appending.has(file) ? DISK.size(file) : place
    this.#record(file, bytes, at)
    this.#effect()
    return DISK.write(file, bytes, at)
  }

  fdatasync(file: number): void {
    const lost = this.#effect('sync')
    const inode = this.#inodes.get(file)
    if (inode === undefined) return
    if (!lost) inode.durable = applied(inode.durable, inode.pending)
    inode.pending = []
    if (lost) throw Object.assign(new Error('i/o error'), { code: 'EIO' })
  }

  syncDirectory(path: string): void {
    this.#effect()
    const directory = relative(this.#root, path)
    const inside = (name: string) => (dirname(name) === '.' ? '' : dirname(name)) === directory
    for (const name of this.#durableNames.keys()) {
      if (inside(name) && !this.#names.has(name)) this.#durableNames.delete(name)
    }
    for (const [name, inode] of this.#names) if (inside(name)) this.#durableNames.set(name, inode)
    for (const name of this.#directories) if (inside(name)) this.#durableDirectories.add(name)
  }

  rename(from: string, to: string): void {
    this.#effect()
    DISK.rename(from, to)
    const inode = this.#names.get(relative(this.#root, from))
    this.#names.delete(relative(this.#root, from))
    if (inode !== undefined) this.#names.set(relative(this.#root, to), inode)
  }

  remove(path: string): void {
    this.#effect()
    DISK.remove(path)
    this.#names.delete(relative(this.#root, path))
  }

  freeBytes(): number {
    return Number.MAX_SAFE_INTEGER
  }

  /** At any moment between groups, as another thread does. */
  async appendZeros(file: number, bytes: number): Promise<number> {
    for (let turns = this.#random.below(4); turns > 0; turns -= 1) await setImmediate()
    this.write(file, Buffer.alloc(bytes), 0)
    for (let turns = this.#random.below(4); turns > 0; turns -= 1) await setImmediate()
    this.fdatasync(file)
    return bytes
  }

  /** Writes to `target` what the disk has after the cut. */
  leave(target: string): void {
    const random = this.#random
    mkdirSync(target, { recursive: true })
    for (const name of this.#directories) {
      const kept = this.#durableDirectories.has(name) || random.chance(0.5)
      if (kept) mkdirSync(join(target, name), { recursive: true })
    }
    const names = new Map(this.#durableNames)
    // Of names that were not synced any may be there, and of those that went, any still.
    for (const [name, inode] of this.#names) {
      if (names.get(name) !== inode && random.chance(0.5)) names.set(name, inode)
    }
    for (const name of this.#durableNames.keys()) {
      if (!this.#names.has(name) && random.chance(0.5)) names.delete(name)
    }
    for (const [name, { durable, pending }] of names) {
      const torn = pending.flatMap((write) => this.#sectorsOf(write))
      const kept = this.#random.chance(0.2) ? 1 : this.#random.next()
      const some = random.shuffled(torn.filter(() => random.chance(kept)))
      mkdirSync(dirname(join(target, name)), { recursive: true })
      writeFileSync(join(target, name), applied(durable, some), { mode: 0o600 })
    }
  }

  #sectorsOf({ at, bytes }: Inode['pending'][number]): Inode['pending'] {
    const sectors: Inode['pending'] = []
    for (let start = 0; start < bytes.length; ) {
      const end = start + SECTOR_BYTES - ((at + start) % SECTOR_BYTES)
      sectors.push({ at: at + start, bytes: bytes.subarray(start, end) })
      start = end
    }
    return sectors
  }

  #record(file: number, bytes: Uint8Array, at: number): void {
    if (this.#isCut) return
    // What the machine died over may be on the disk in part.
    this.#inodes.get(file)?.pending.push({ at, bytes: Buffer.from(bytes) })
  }

  /** Counts an effect. True where it is the sync that fails. */
  #effect(what?: 'sync'): boolean {
    this.#effects += 1
    const due = this.#effects >= this.#fault.at && !this.#hadFault
    if (due && this.#fault.kind === 'sync-lost' && what === 'sync') {
      this.#hadFault = true
      return true
    }
    if (this.#isCut || (due && this.#fault.kind === 'cut')) {
      this.#hadFault = true
      this.#isCut = true
      throw new PowerCut('the power is gone')
    }
    return false
  }
}

function applied(durable: Buffer, writes: Inode['pending']): Buffer {
  const length = writes.reduce((end, { at, bytes }) => Math.max(end, at + bytes.length), 0)
  const result = Buffer.alloc(Math.max(durable.length, length))
  durable.copy(result)
  for (const { at, bytes } of writes) bytes.copy(result, at)
  return result
}
