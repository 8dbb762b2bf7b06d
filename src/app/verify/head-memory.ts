/** The heads that a verifier saw last: a file of signed checkpoints, one of each log. */
import { existsSync } from 'node:fs'
import { PortcullisError } from '../../kernel/errors.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { readTextFile, writeWhole } from '../text-files.ts'

export class HeadMemory {
  readonly #file: string
  readonly #notes: Map<string, string>

  constructor(file: string) {
    this.#file = file
    const texts = existsSync(file) ? readTextFile(file).split(/\n\n(?!\u2014 )/u) : []
    const notes = texts.map((text) => `${text.replace(/\n$/, '')}\n`)
    try {
      this.#notes = new Map(notes.map((note) => [claimedCheckpoint(note).origin, note]))
    } catch (cause) {
      // Taking a damaged memory for none would let every fork pass.
      throw new PortcullisError('MEMORY_INVALID', `\`${file}\` holds no checkpoints`, { cause })
    }
  }

  /** The note that was kept of a log. */
  of(origin: string): string | undefined {
    return this.#notes.get(origin)
  }

  /** Keeps the head of a log in place of the one before; the file is replaced in one step. */
  keep(note: string): void {
    this.#notes.set(claimedCheckpoint(note).origin, note)
    writeWhole(this.#file, [...this.#notes.values()].join('\n'))
  }
}
