import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts'

/** A text of a definition, and the JSON pointer to it. */
export interface DefinitionText {
  readonly pointer: string
  readonly text: string
}

/** Every text of a definition at any depth, but the names of its members. */
export function textsOf(definition: JsonObject): readonly DefinitionText[] {
  const texts: DefinitionText[] = []
  collect(definition, '', texts)
  return texts
}

function collect(value: JsonValue, pointer: string, texts: DefinitionText[]): void {
  if (typeof value === 'string') texts.push({ pointer, text: value })
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, `${pointer}/${index}`, texts)
  } else if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const step = name.replaceAll('~', '~0').replaceAll('/', '~1')
      collect(member, `${pointer}/${step}`, texts)
    }
  }
}
