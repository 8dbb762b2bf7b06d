import type { JsonObject } from '../../kernel/json/value.ts'
import { definitionDigest } from '../../kernel/receipt/definition-digest.ts'
import type { Tools } from './list-tools.ts'

/** Digests of tools as their servers declare them, each made once. */
export class ToolDigests {
  readonly #known = new WeakMap<JsonObject, string | undefined>()

  /** Of one tool; nothing where the definition has no canonical form. */
  of(definition: JsonObject): string | undefined {
    const known = this.#known.get(definition) ?? definitionDigest(definition)
    this.#known.set(definition, known)
    return known
  }

  /** Of all tools of a server: that of the object of their digests by name. */
  ofAll(tools: Tools): string | undefined {
    const digests = [...tools].map(([name, definition]) => [name, this.of(definition) ?? null])
    return definitionDigest(Object.fromEntries(digests))
  }
}
