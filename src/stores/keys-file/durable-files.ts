import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'

/** Changes to files that are on the disk when they resolve. Each happens whole or not at all. */
export interface DurableFiles {
  /** The file holds this content, whatever it held before. */
  replace(path: string, content: string, mode: number): Promise<void>
  /** As `replace`, but @throws PortcullisError `FILE_UNWRITABLE` where a file is already. */
  create(path: string, content: string, mode: number): Promise<void>
  /** The file is gone. That it was not there is no error. */
  remove(path: string): Promise<void>
}

export const durableFiles: DurableFiles = {
  replace: (path, content, mode) => settle(path, { content, mode, place: rename }),
  create: (path, content, mode) => settle(path, { content, mode, place: placeNew }),
  async remove(path) {
    await writing(path, async () => {
      await unlink(path).catch(ignoreAbsence)
      await sync(dirname(path))
    })
  },
}

interface Content {
  readonly content: string
  readonly mode: number
  place(draft: string, path: string): Promise<void>
}

/** Written beside it, then put in its place: a crash leaves the old content or the new. */
async function settle(path: string, { content, mode, place }: Content): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  await writing(path, async () => {
    try {
      await unlink(draft).catch(ignoreAbsence)
      const handle = await open(draft, 'wx', mode)
      await inFile(handle, async () => {
        await handle.writeFile(content)
        await handle.sync()
      })
      await place(draft, path)
      await sync(dirname(path))
    } finally {
      await unlink(draft).catch(ignoreAbsence)
    }
  })
}

/** A second name for the draft: unlike renaming, this fails where a file is. */
async function placeNew(draft: string, path: string): Promise<void> {
  await link(draft, path)
}

/** Syncs a directory: what was made, renamed or removed in it. */
export async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  await inFile(handle, () => handle.sync())
}

async function inFile(handle: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } finally {
    await handle.close()
  }
}

async function writing(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    throw new PortcullisError('FILE_UNWRITABLE', `\`${path}\` cannot be written`, { cause })
  }
}

function ignoreAbsence(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
  throw error
}
