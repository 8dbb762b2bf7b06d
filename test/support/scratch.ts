import { mkdtempSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import type { Log } from '../../src/pipeline/ports.ts'

/** Hooks run in the order they were made in: whatever writes there may still be closing. */
const GONE = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }

/** A directory of its own for a test, gone after it. */
export async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'portcullis-test-'))
  t.after(() => rm(directory, GONE))
  return directory
}

/** A log that keeps the names of its events. */
export function eventLog(): Log & { readonly events: string[] } {
  const events: string[] = []
  const note = (event: string) => void events.push(event)
  return { events, info: note, warn: note, error: note }
}

/** A directory of its own for all tests of a file, gone after them. Call it outside of tests. */
export function scratchForFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-test-'))
  after(() => rm(directory, GONE))
  return directory
}
