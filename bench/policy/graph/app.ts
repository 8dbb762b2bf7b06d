import type { JsonObject } from '../../../src/kernel/json/value.ts'
import type { CaslRule } from '../peers/casl.ts'
import type { Random } from '../random.ts'
import type { Entity, Ref } from './entities.ts'

/** The chance that two things which may be connected are. */
export const CONNECTED = 0.05

/**
 * An application: the same policies in the language of each engine, and a generator of graphs. For
 * all but Cedar the graph reaches the policies as two records, `user` and `data`.
 */
export interface App {
  readonly name: string
  readonly portcullis: string
  readonly cedar: string
  /** Parents of actions, for Cedar. */
  readonly actions?: Readonly<Record<string, string>>
  /** Allowing conditions by action. */
  readonly cel: Readonly<Record<string, readonly string[]>>
  /** As `cel`, in casbin's language with `has(list, item)` and `meets(list, list)`. */
  readonly casbin: Readonly<Record<string, readonly string[]>>
  readonly casl: (user: JsonObject) => readonly CaslRule[]
  /** Attributes that name a thing whose own attributes are read. */
  readonly embedded: readonly string[]
  readonly entities: (size: number, random: Random) => readonly Entity[]
  readonly request: (size: number, random: Random) => GraphRequest
}

export interface GraphRequest {
  readonly user: Ref
  readonly action: string
  readonly data: Ref
}
