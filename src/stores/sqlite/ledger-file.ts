import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { formatCheckpoint, openCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { leafHash, sameHash } from '../../kernel/tlog/hash.ts'
import {
  formatNote,
  formatVerifierKey,
  parseVerifierKey,
  type VerifierKey,
} from '../../kernel/tlog/note.ts'
import { TILE_WIDTH, TiledTree } from '../../kernel/tlog/tiled-tree.ts'
import { bytesOf, lastCheckpoint, numberOf, openForWriting } from './ledger-database.ts'
import { LedgerHashes } from './ledger-hashes.ts'
import { lockLedger } from './ledger-lock.ts'

/** The key that signs checkpoints. Its name is the origin of the log. */
export interface LedgerSigner {
  readonly name: string
  /** An Ed25519 private key. */
  readonly key: KeyObject
}

/** One leaf to write. It `opens` an action that was dispatched or `closes` the one of that id. */
export interface NewLeaf {
  readonly id: string
  readonly run: string
  readonly text: string
  readonly opens: boolean
  readonly closes?: string
}

/** The public half of a signer, as a `vkey`. */
export function vkeyOf({ name, key }: LedgerSigner): string {
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return formatVerifierKey(name, der.subarray(-32))
}

/**
 * The writer's side of a ledger, all synchronous. After the first failed `commit` it writes nothing
 * any more: a failed sync can have dropped pages that a second one would not miss.
 */
export class LedgerFile {
  readonly #db: DatabaseSync
  readonly #signer: LedgerSigner
  readonly #key: VerifierKey
  readonly #unlock: () => void
  readonly #tree: TiledTree
  readonly #insert: Inserts
  #sound = true
  /** Leaves of the actions that were dispatched and had no outcome at the opening, oldest first. */
  readonly interrupted: readonly string[]

  /** Opens or creates the ledger. Throws a `LEDGER_*` error rather than write to a doubtful one. */
  static open(file: string, signer: LedgerSigner): LedgerFile {
    const unlock = lockLedger(file)
    try {
      return new LedgerFile(file, signer, unlock)
    } catch (error) {
      unlock()
      throw error
    }
  }

  private constructor(file: string, signer: LedgerSigner, unlock: () => void) {
    this.#signer = signer
    this.#key = parseVerifierKey(vkeyOf(signer))
    this.#unlock = unlock
    this.#db = openForWriting(file, (db) => {
      const note = this.#sign(new TiledTree())
      db.prepare('INSERT INTO checkpoint (size, note) VALUES (0, ?)').run(note)
    })
    try {
      this.#tree = resumeTree(this.#db, this.#key)
      this.#insert = prepareInserts(this.#db)
      this.interrupted = openActions(this.#db)
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  get size(): number {
    return this.#tree.size
  }

  /** The last signed checkpoint. */
  checkpoint(): string {
    return lastCheckpoint(this.#db).note
  }

  /** Writes leaves and one signed checkpoint over them; returns it once all is on the disk. */
  commit(leaves: readonly NewLeaf[]): string {
    if (!this.#sound) throw new PortcullisError('LEDGER_UNAVAILABLE', 'an earlier commit failed')
    this.#sound = false
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      for (const leaf of leaves) this.#append(leaf)
      const note = this.#sign(this.#tree)
      this.#insert.checkpoint.run(this.#tree.size, note)
      this.#db.exec('COMMIT')
      this.#sound = true
      return note
    } finally {
      // SQLite has rolled back by itself after some failures, and after others holds the lock.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    }
  }

  close(): void {
    this.#db.close()
    this.#unlock()
  }

  #append({ id, run, text, opens, closes }: NewLeaf): void {
    const bytes = Buffer.from(text, 'utf8')
    const hash = leafHash(bytes)
    const seq = this.#tree.size
    this.#insert.leaf.run(seq, id, run, hash, bytes)
    for (const { level, index, root, hashes } of this.#tree.append(hash)) {
      this.#insert.tile.run(level, index, root, hashes)
    }
    if (opens) this.#insert.open.run(id, seq)
    if (closes !== undefined) this.#insert.close.run(closes)
  }

  #sign(tree: TiledTree): string {
    const origin = this.#signer.name
    const text = formatCheckpoint({ origin, size: tree.size, root: tree.root() })
    return formatNote(text, this.#key, sign(null, Buffer.from(text, 'utf8'), this.#signer.key))
  }
}

interface Inserts {
  readonly leaf: StatementSync
  readonly tile: StatementSync
  readonly checkpoint: StatementSync
  readonly open: StatementSync
  readonly close: StatementSync
}

// INVARIANT: leaves and checkpoints by plain INSERT. A second writer with an older view of the tree
// collides on `seq` or `size` and fails, instead of forking the log.
function prepareInserts(db: DatabaseSync): Inserts {
  return {
    leaf: db.prepare('INSERT INTO leaf (seq, id, run, hash, bytes) VALUES (?, ?, ?, ?, ?)'),
    tile: db.prepare('INSERT INTO tile (level, place, root, hashes) VALUES (?, ?, ?, ?)'),
    checkpoint: db.prepare('INSERT INTO checkpoint (size, note) VALUES (?, ?)'),
    open: db.prepare('INSERT OR REPLACE INTO open_action (id, seq) VALUES (?, ?)'),
    close: db.prepare('DELETE FROM open_action WHERE id = ?'),
  }
}

function openActions(db: DatabaseSync): string[] {
  const rows = db.prepare('SELECT bytes FROM open_action LEFT JOIN leaf USING (seq) ORDER BY seq')
  return rows.all().map(({ bytes }) => Buffer.from(bytesOf(bytes)).toString('utf8'))
}

/** The tree under the last checkpoint, once it is shown to be that of the stored leaves. */
function resumeTree(db: DatabaseSync, key: VerifierKey): TiledTree {
  const { size, note } = lastCheckpoint(db)
  const checkpoint = openOwn(note, key)
  const leaves = db.prepare('SELECT max(seq) + 1 AS leaves FROM leaf').get()?.leaves ?? 0
  if (checkpoint.size !== size || leaves !== size) {
    throw corrupt(`${leaves} receipts stand under a checkpoint of ${checkpoint.size}`)
  }
  const tree = new LedgerHashes(db).resume(size)
  if (!sameHash(tree.root(), checkpoint.root)) throw corrupt('the tree is not the one signed last')
  checkTail(db, size)
  return tree
}

/** Hashes again the leaves that no full tile covers: those that were written last. */
function checkTail(db: DatabaseSync, size: number): void {
  const rows = db.prepare('SELECT seq, hash, bytes FROM leaf WHERE seq >= ?')
  for (const row of rows.iterate(size - (size % TILE_WIDTH))) {
    if (sameHash(leafHash(bytesOf(row.bytes)), bytesOf(row.hash))) continue
    throw corrupt(`receipt ${numberOf(row.seq)} is not what was signed`)
  }
}

function openOwn(note: string, key: VerifierKey) {
  try {
    return openCheckpoint(note, key)
  } catch (cause) {
    if (!(cause instanceof PortcullisError)) throw cause
    if (cause.code !== 'CHECKPOINT_UNTRUSTED') throw corrupt(cause.message, { cause })
    const message = `the last checkpoint is not signed by the key of \`${key.name}\``
    throw new PortcullisError('LEDGER_KEY_MISMATCH', message, { cause })
  }
}

function corrupt(why: string, options?: ErrorOptions): PortcullisError {
  const message = `the ledger does not hold together: ${why}`
  return new PortcullisError('LEDGER_CORRUPT', message, options)
}
