import { formatCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { leafHash } from '../../src/kernel/tlog/hash.ts'
import { consistencyProof, rootAt } from '../../src/kernel/tlog/proof.ts'
import type { HeadSource } from '../../src/monitors/witnesses/head-source.ts'
import { SAMPLE_SIGNER, signedNote, subtreesOf } from './sample-log.ts'

/** A log that is only its leaves, with what it publishes in view. */
export interface InMemoryLog extends HeadSource {
  publish: HeadSource['publish']
  /** Adds leaves and tells of the new head. */
  append(...leaves: readonly string[]): void
  readonly published: string[]
  /** The head at any size. */
  head(size: number): string
  readonly size: number
  /** The log as a backup of its first leaves holds it. */
  restored(size: number): InMemoryLog
}

/** Leaves `0` to `size - 1`, signed by the sample signer unless another is given. */
export function inMemoryLog(size = 0, signer = SAMPLE_SIGNER): InMemoryLog {
  return logOf(
    Array.from({ length: size }, (_, index) => `${index}`),
    signer,
  )
}

function logOf(leaves: string[], signer: typeof SAMPLE_SIGNER): InMemoryLog {
  const listeners = new Set<(note: string) => void>()
  const published: string[] = []
  const tree = () => subtreesOf(leaves.map((leaf) => leafHash(Buffer.from(leaf))))
  const head = (size: number) => {
    const root = rootAt(size, tree())
    return signedNote(formatCheckpoint({ origin: signer.name, size, root }), signer)
  }
  return {
    ...{ published, head },
    get size() {
      return leaves.length
    },
    append(...more) {
      leaves.push(...more)
      for (const listener of listeners) listener(head(leaves.length))
    },
    restored: (size) => logOf(leaves.slice(0, size), signer),
    checkpoint: () => head(leaves.length),
    onHead(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    publish: (note) => void published.push(note),
    consistency: (from, to) => consistencyProof(from, to, tree()),
  }
}
