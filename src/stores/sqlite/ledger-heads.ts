import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Hash } from '../../kernel/tlog/hash.ts'
import { consistencyProof } from '../../kernel/tlog/proof.ts'
import { openForReading } from './ledger-database.ts'
import { LedgerHashes } from './ledger-hashes.ts'
import type { OpenLedger } from './open-ledger.ts'

/** What brings heads to witnesses needs of a ledger. */
export interface LedgerHeads {
  checkpoint(): string
  onHead(listener: (note: string) => void): () => void
  publish(note: string): void
  consistency(from: number, to: number): Hash[]
  close(): void
}

/** The heads of an open ledger. What is published stands in `published/checkpoint` beside it. */
export function ledgerHeads(file: string, ledger: OpenLedger): LedgerHeads {
  const db = openForReading(file)
  const hashes = new LedgerHashes(db)
  const published = join(dirname(file), 'published', 'checkpoint')
  return {
    checkpoint: () => ledger.checkpoint(),
    onHead: (listener) => ledger.subscribe(() => listener(ledger.checkpoint())),
    publish(note) {
      mkdirSync(dirname(published), { recursive: true })
      writeFileSync(`${published}.new`, note, { flush: true })
      renameSync(`${published}.new`, published)
    },
    consistency: (from, to) => consistencyProof(from, to, hashes.subtrees(to)),
    close: () => db.close(),
  }
}
