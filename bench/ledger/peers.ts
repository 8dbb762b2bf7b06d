import { sign } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { SAMPLE_KEY } from '../../test/support/sample-log.ts'

/** Writes groups of leaves to a file, in other ways; each group is on the disk after. */
export type Peer = (file: string) => { group(leaves: readonly Buffer[]): void; close(): void }

/** A signature for each leaf, a sync for each group. */
export const signedEach: Peer = (file) => {
  const target = openSync(file, 'w')
  return {
    group(leaves) {
      writeSync(target, Buffer.concat(leaves.flatMap((leaf) => [leaf, signature(leaf)])))
      fdatasyncSync(target)
    },
    close: () => closeSync(target),
  }
}

/** A signature and a sync for each leaf. */
export const syncedEach: Peer = (file) => {
  const target = openSync(file, 'w')
  return {
    group(leaves) {
      for (const leaf of leaves) {
        writeSync(target, Buffer.concat([leaf, signature(leaf)]))
        fdatasyncSync(target)
      }
    },
    close: () => closeSync(target),
  }
}

/** Rows of a table and nothing else: no tree, no signature. */
export const sqliteRows: Peer = (file) => {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE leaf (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO leaf (bytes) VALUES (?)')
  return {
    group(leaves) {
      db.exec('BEGIN IMMEDIATE')
      for (const leaf of leaves) insert.run(leaf)
      db.exec('COMMIT')
    },
    close: () => db.close(),
  }
}

function signature(leaf: Buffer): Buffer {
  return sign(null, leaf, SAMPLE_KEY)
}
