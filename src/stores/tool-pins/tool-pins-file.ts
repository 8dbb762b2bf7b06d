import { existsSync } from 'node:fs'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json/value.ts'
import { fingerprintOf } from '../../kernel/tools/fingerprint.ts'
import { PIN_STATES, type ToolPin } from '../../kernel/tools/pin.ts'
import { inTransaction, openPrivateDatabase } from '../private-database.ts'

/** `PCTP`: marks the file as ours. */
const APPLICATION = 0x50435450

const UNAVAILABLE = 'TOOL_PINS_UNAVAILABLE'

const TABLES = `
  CREATE TABLE pins (
    server TEXT NOT NULL, tool TEXT NOT NULL, state TEXT NOT NULL,
    seen TEXT NOT NULL, seen_at INTEGER NOT NULL,
    approved TEXT, approved_at INTEGER, approved_by TEXT, renamed_from TEXT,
    PRIMARY KEY (server, tool)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE definitions (
    server TEXT NOT NULL, tool TEXT NOT NULL, fingerprint TEXT NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (server, tool, fingerprint)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lost (server TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`

/** A pin on its way to be kept, with the definition that it was made for. */
export interface KeptPin {
  readonly pin: ToolPin
  /** Of `pin.seen`. */
  readonly definition?: JsonObject | undefined
}

/** All that the file says. A row that cannot be read is named, and is no pin. */
export interface KeptPins {
  readonly pins: readonly ToolPin[]
  readonly unreadable: readonly Pick<ToolPin, 'server' | 'tool'>[]
  /** Servers whose pins were there once, and are gone. */
  readonly lost: readonly string[]
}

/** @throws PortcullisError `TOOL_PINS_UNAVAILABLE`. */
export function openToolPins(file: string): ToolPinsFile {
  const isNew = !existsSync(file)
  const spec = { application: APPLICATION, tables: TABLES, code: UNAVAILABLE } as const
  return new ToolPinsFile(openPrivateDatabase(file, spec), isNew)
}

/** What was approved of tools, on the disk. */
export class ToolPinsFile {
  readonly #db: DatabaseSync
  /** There was no file: nothing was ever pinned, or the pins are gone. */
  readonly isNew: boolean

  constructor(db: DatabaseSync, isNew: boolean) {
    this.#db = db
    this.isNew = isNew
  }

  /** @throws PortcullisError `TOOL_PINS_UNAVAILABLE`. */
  load(): KeptPins {
    return inTransaction(this.#db, UNAVAILABLE, () => {
      const pins: ToolPin[] = []
      const unreadable: Pick<ToolPin, 'server' | 'tool'>[] = []
      for (const row of this.#db.prepare('SELECT * FROM pins').all()) {
        const pin = pinOf(row)
        if (pin === undefined || !this.#holds(pin)) {
          unreadable.push({ server: String(row.server), tool: String(row.tool) })
        } else pins.push(pin)
      }
      const lost = this.#db.prepare('SELECT server FROM lost').all()
      return { pins, unreadable, lost: lost.map(({ server }) => String(server)) }
    })
  }

  /** In place of what was known of each. Durable when it returns: all of them, or none. */
  put(kept: readonly KeptPin[]): void {
    inTransaction(this.#db, UNAVAILABLE, () => {
      for (const { pin, definition } of kept) {
        this.#put(pin)
        if (definition !== undefined) this.#putDefinition(pin, definition)
        this.#forgetOthers(pin)
      }
    })
  }

  /** From now on nothing of these servers is trusted because it is seen first. */
  lose(servers: Iterable<string>): void {
    inTransaction(this.#db, UNAVAILABLE, () => {
      const put = this.#db.prepare('INSERT OR IGNORE INTO lost VALUES (?)')
      for (const server of servers) put.run(server)
    })
  }

  /**
   * The definition that a fingerprint of a pin stands for.
   * @throws PortcullisError `TOOL_PINS_UNAVAILABLE` where it is not there, or another.
   */
  definition({ server, tool }: Pick<ToolPin, 'server' | 'tool'>, fingerprint: string): JsonObject {
    const found = this.#definition({ server, tool }, fingerprint)
    if (found !== undefined) return found
    throw new PortcullisError(UNAVAILABLE, `the definition of \`${server}.${tool}\` cannot be read`)
  }

  close(): void {
    this.#db.close()
  }

  /** A file that somebody has changed pins nothing: each definition has to be what it is called. */
  #holds(pin: ToolPin): boolean {
    const prints = [pin.seen.fingerprint, ...(pin.approved ? [pin.approved.fingerprint] : [])]
    return prints.every((print) => this.#definition(pin, print) !== undefined)
  }

  #definition(
    { server, tool }: Pick<ToolPin, 'server' | 'tool'>,
    fingerprint: string,
  ): JsonObject | undefined {
    try {
      const row = this.#db
        .prepare('SELECT definition FROM definitions WHERE (server, tool, fingerprint) = (?, ?, ?)')
        .get(server, tool, fingerprint)
      if (row === undefined) return undefined
      const definition: unknown = JSON.parse(String(row.definition))
      const holds = isJsonObject(definition) && fingerprintOf(definition) === fingerprint
      return holds ? definition : undefined
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw new PortcullisError(UNAVAILABLE, 'a definition could not be read', { cause: error })
    }
  }

  #put({ server, tool, state, seen, approved, renamedFrom }: ToolPin): void {
    const { fingerprint = null, at = null, by = null } = approved ?? {}
    this.#db
      .prepare('INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        ...[server, tool, state, seen.fingerprint, seen.at],
        ...[fingerprint, at, by, renamedFrom ?? null],
      )
  }

  #putDefinition({ server, tool, seen }: ToolPin, definition: JsonObject): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO definitions VALUES (?, ?, ?, ?)')
      .run(server, tool, seen.fingerprint, JSON.stringify(definition))
  }

  #forgetOthers({ server, tool, seen, approved }: ToolPin): void {
    this.#db
      .prepare(
        `DELETE FROM definitions WHERE server = ? AND tool = ? AND fingerprint NOT IN (?, ?)`,
      )
      .run(server, tool, seen.fingerprint, approved?.fingerprint ?? seen.fingerprint)
  }
}

function pinOf(row: Readonly<Record<string, SQLOutputValue>>): ToolPin | undefined {
  const state = PIN_STATES.find((each) => each === row.state)
  const by = (['first_use', 'operator'] as const).find((each) => each === row.approved_by)
  if (state === undefined || (row.approved !== null && by === undefined)) return undefined
  if (state === 'pinned' && row.approved === null) return undefined
  return {
    ...{ server: String(row.server), tool: String(row.tool), state },
    seen: { fingerprint: String(row.seen), at: Number(row.seen_at) },
    ...(by !== undefined && {
      approved: { fingerprint: String(row.approved), at: Number(row.approved_at), by },
    }),
    ...(row.renamed_from !== null && { renamedFrom: String(row.renamed_from) }),
  }
}
