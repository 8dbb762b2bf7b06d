import { hash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { Tenant } from '../../kernel/identity/tenant.ts'
import type {
  ChangeRequest,
  Clock,
  Ids,
  Storage,
  StorageWriting,
  StoredObject,
  Written,
} from '../../pipeline/ports.ts'
import { type ObjectFiles, objectFiles } from './object-files.ts'
import {
  type AnsweredChange,
  type ObjectRow,
  type ObjectTable,
  openObjectTable,
} from './object-table.ts'

/** Objects of one tenant. */
export const MAX_OBJECTS = 100_000

export interface StorageOptions {
  /** `DATA/storage`; each tenant has a folder in it. */
  readonly folder: string
  readonly tenants: readonly Tenant[]
  readonly maxObjectBytes: number
  /** Bytes of all objects of one tenant. */
  readonly maxTotalBytes: number
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

/**
 * Stored objects: bytes in files that bear ids of ours, and a table that says which name has which.
 * @throws PortcullisError `STORAGE_UNAVAILABLE`.
 */
export async function openStorage(options: StorageOptions): Promise<Storage & { close(): void }> {
  const shelves = new Map<Tenant, Shelf>()
  for (const tenant of options.tenants) {
    shelves.set(tenant, await coded(() => openShelf(join(options.folder, tenant), options)))
  }
  const of = (tenant: Tenant): Shelf => {
    const shelf = shelves.get(tenant)
    if (shelf !== undefined) return shelf
    throw new PortcullisError('STORAGE_UNAVAILABLE', `the tenant \`${tenant}\` has no storage`)
  }
  return {
    stat: (tenant, name) => publicOf(of(tenant).table.objects.get(name)),
    list: (tenant, prefix, after) => listOf(of(tenant).table, prefix, after),
    read: (tenant, name) => coded(() => of(tenant).read(name)),
    write: (tenant, writing) => coded(() => of(tenant).write(writing)),
    delete: (tenant, name, request) => coded(() => of(tenant).delete(name, request)),
    erase: (tenant, about) => coded(() => of(tenant).erase(about)),
    close() {
      for (const { table } of shelves.values()) table.close()
    },
  }
}

async function openShelf(folder: string, options: StorageOptions): Promise<Shelf> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const table = openObjectTable(join(folder, 'objects.db'))
  const files = objectFiles(join(folder, 'files'))
  await files.sweep(new Set([...table.objects.values()].map(({ file }) => file)))
  return new Shelf(table, files, options)
}

/** The objects of one tenant. One change at a time; the table says what there is. */
class Shelf {
  readonly table: ObjectTable
  private readonly files: ObjectFiles
  private readonly options: StorageOptions
  private turn: Promise<unknown> = Promise.resolve()

  constructor(table: ObjectTable, files: ObjectFiles, options: StorageOptions) {
    this.table = table
    this.files = files
    this.options = options
  }

  async read(name: string): Promise<Uint8Array> {
    const row = this.table.objects.get(name)
    if (row === undefined) throw new PortcullisError('STORAGE_UNKNOWN', 'there is no such object')
    const content = await this.files.read(row.file).catch((error: unknown) => {
      // Written anew in between: the file that was to be read is gone, and another one holds it.
      if (this.table.objects.get(name)?.file === row.file) throw error
      return undefined
    })
    if (content === undefined) return this.read(name)
    if (digestOf(content) === row.digest) return content
    throw new PortcullisError('STORAGE_CORRUPT', `the bytes of \`${name}\` are not those written`)
  }

  write(writing: StorageWriting): Promise<Written> {
    return this.inTurn(async () => {
      const { name, mediaType, content, about, request } = writing
      const digest = digestOf(content)
      const change = JSON.stringify(['write', name, mediaType, digest])
      const done = this.answered(request, change)
      if (done !== undefined) return { ...JSON.parse(done.answer), repeated: true }
      const before = this.table.objects.get(name)
      this.checkRoom(writing, before)
      const now = this.options.clock.now()
      const file = this.options.ids.next()
      await this.files.write(file, content)
      const object = { name, mediaType, bytes: content.length, digest, modified: now }
      const row: ObjectRow = { ...object, file, about, created: before?.created ?? now }
      const written = { object: publicOf(row), created: before === undefined }
      this.table.put(row, request && { ...request, change, answer: JSON.stringify(written) })
      if (before !== undefined) await this.files.remove(before.file)
      return { ...written, repeated: false }
    })
  }

  delete(name: string, request: ChangeRequest | undefined): Promise<boolean> {
    return this.inTurn(async () => {
      const change = JSON.stringify(['delete', name])
      const done = this.answered(request, change)
      if (done !== undefined) return JSON.parse(done.answer)
      const row = this.table.objects.get(name)
      const there = row !== undefined
      this.table.delete(name, request && { ...request, change, answer: JSON.stringify(there) })
      if (there) await this.files.remove(row.file)
      return there
    })
  }

  async erase(about: string): Promise<readonly string[]> {
    const rows = [...this.table.objects.values()].filter((row) => row.about === about)
    for (const { name } of rows) await this.delete(name, undefined)
    return rows.map(({ name }) => name)
  }

  /** @throws PortcullisError `REQUEST_REPEATED` where the same key stood for another change. */
  private answered(request: ChangeRequest | undefined, change: string): AnsweredChange | undefined {
    const done = request && this.table.answered(request)
    if (done === undefined || done.change === change) return done
    throw new PortcullisError('REQUEST_REPEATED', 'the key stood for another change')
  }

  private checkRoom({ name, content }: StorageWriting, before: ObjectRow | undefined): void {
    const { maxObjectBytes, maxTotalBytes } = this.options
    const { table } = this
    if (content.length > maxObjectBytes) {
      throw new PortcullisError(
        'STORAGE_TOO_LARGE',
        `an object has at most ${maxObjectBytes} bytes`,
      )
    }
    if (table.lookAlike(name) !== undefined) {
      throw new PortcullisError('STORAGE_NAME_TAKEN', 'another object differs in case alone')
    }
    const total = table.bytes - (before?.bytes ?? 0) + content.length
    if (total > maxTotalBytes || (before === undefined && table.objects.size >= MAX_OBJECTS)) {
      throw new PortcullisError('STORAGE_FULL', 'the tenant has no room left')
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => undefined)
    return result
  }
}

function* listOf(table: ObjectTable, prefix: string, after?: string): Iterable<StoredObject> {
  const names = [...table.objects.keys()].filter(
    (name) => name.startsWith(prefix) && (after === undefined || name > after),
  )
  for (const name of names.sort()) {
    const row = table.objects.get(name)
    if (row !== undefined) yield publicOf(row)
  }
}

function publicOf(row: ObjectRow): StoredObject
function publicOf(row: ObjectRow | undefined): StoredObject | undefined
function publicOf(row: ObjectRow | undefined): StoredObject | undefined {
  if (row === undefined) return undefined
  const { file: _, about: __, ...object } = row
  return object
}

function digestOf(content: Uint8Array): string {
  return `sha256:${hash('sha256', content, 'hex')}`
}

async function coded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (codeOf(cause) !== 'INTERNAL') throw cause
    throw new PortcullisError('STORAGE_UNAVAILABLE', 'the storage failed', { cause })
  }
}
