import type { JsonObject, JsonValue } from '../../../src/kernel/json/value.ts'

/** A graph of things: each has attributes, which may name others, and parents. */
export interface Entity {
  readonly key: Ref
  readonly attributes: Readonly<Record<string, boolean | Ref | readonly Ref[]>>
  readonly parents: readonly Ref[]
}

/** `Doc:d3`: a type and a name. */
export type Ref = `${string}:${string}`

export function refs(type: string, numbers: readonly number[]): readonly Ref[] {
  return numbers.map((number) => `${type}:${number}` as const)
}

export class Graph {
  private readonly entities: ReadonlyMap<Ref, Entity>
  private readonly ancestors = new Map<Ref, ReadonlySet<Ref>>()

  constructor(entities: readonly Entity[]) {
    this.entities = new Map(entities.map((entity) => [entity.key, entity]))
  }

  get all(): readonly Entity[] {
    return [...this.entities.values()]
  }

  get(key: Ref): Entity {
    const entity = this.entities.get(key)
    if (entity === undefined) throw new Error(`no entity \`${key}\``)
    return entity
  }

  /** The thing itself and all that it is in, near or far. */
  lineage(key: Ref): ReadonlySet<Ref> {
    const known = this.ancestors.get(key)
    if (known !== undefined) return known
    const found = new Set<Ref>([key])
    for (const parent of this.get(key).parents)
      for (const ancestor of this.lineage(parent)) found.add(ancestor)
    this.ancestors.set(key, found)
    return found
  }

  /**
   * The thing as a record: `id`, `within` (its lineage), and its attributes. Those of the names in
   * `embedded` are records themselves, others are keys.
   */
  record(key: Ref, embedded: readonly string[]): JsonObject {
    const { attributes } = this.get(key)
    const record: Record<string, JsonValue> = { id: key, within: [...this.lineage(key)] }
    for (const [name, value] of Object.entries(attributes)) {
      const embed = typeof value === 'string' && embedded.includes(name)
      record[name] = embed ? this.record(value, []) : value
    }
    return record
  }

  /** All that a decision about these can reach: what attributes name, two steps far, and above. */
  around(keys: readonly Ref[]): readonly Entity[] {
    const found = new Set<Ref>()
    const add = (key: Ref, steps: number) => {
      const named = Object.values(this.get(key).attributes).flat()
      for (const ancestor of this.lineage(key)) found.add(ancestor)
      if (steps > 0) for (const it of named) if (typeof it === 'string') add(it, steps - 1)
    }
    for (const key of keys) add(key, 2)
    return [...found].map((key) => this.get(key))
  }
}
