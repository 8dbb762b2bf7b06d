import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** An id of ours and nothing else: no name that anybody chose ever becomes a path. */
const FILE = /^[0-9a-f-]{36}$/u

/** Files of bytes below one folder, 256 folders in it. */
export interface ObjectFiles {
  read(file: string): Promise<Uint8Array>
  /** All of it, and durable, or not there. */
  write(file: string, content: Uint8Array): Promise<void>
  remove(file: string): Promise<void>
  /** Removes what no object has: a write that never came to its end leaves that. */
  sweep(known: ReadonlySet<string>): Promise<void>
}

export function objectFiles(folder: string): ObjectFiles {
  const pathOf = (file: string) => {
    if (!FILE.test(file)) throw new Error('that is no file of an object')
    return join(folder, file.slice(-2), file)
  }
  return {
    read: (file) => readFile(pathOf(file)),
    write: (file, content) => writeDurably(pathOf(file), content),
    remove: (file) => rm(pathOf(file), { force: true }),
    async sweep(known) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
        if (entry.isDirectory() || known.has(entry.name)) continue
        await rm(join(entry.parentPath, entry.name), { force: true })
      }
    },
  }
}

/** Written beside, flushed, then renamed: whoever reads it finds all of it. */
async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const unfinished = `${path}.new`
  const handle = await open(unfinished, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  await rename(unfinished, path)
  await syncFolder(folder)
  // The folder itself may be new.
  await syncFolder(dirname(folder))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
