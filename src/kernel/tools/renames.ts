import type { JsonObject } from '../json/value.ts'
import { fingerprintOf } from './fingerprint.ts'

/** Tools of one server by their names. */
export type Definitions = ReadonlyMap<string, JsonObject>

/** Characters that a description has to have to tell one tool from another. */
const TELLING_LENGTH = 24

/**
 * Which of the tools that came is one that went: it takes the same arguments, or says the same of
 * itself. A pin is for a name: without this, a server that renames a poisoned tool has a new one,
 * which was never seen and so never changed. The new names, each with the old one.
 */
export function renamesOf(gone: Definitions, come: Definitions): ReadonlyMap<string, string> {
  const marks = new Map<string, string>()
  for (const [name, definition] of gone) {
    for (const mark of marksOf(definition)) marks.set(mark, name)
  }
  const renames = new Map<string, string>()
  for (const [name, definition] of come) {
    const was = marksOf(definition).map((mark) => marks.get(mark))
    const found = was.find((old) => old !== undefined)
    if (found !== undefined) renames.set(name, found)
  }
  return renames
}

/** What stays of a tool under another name. */
function marksOf({ name: _name, title: _title, ...rest }: JsonObject): readonly string[] {
  const { inputSchema, description } = rest
  const marks = [`all ${fingerprintOf(rest)}`]
  const schema = inputSchema as JsonObject | undefined
  if (Object.keys(Object(schema?.properties)).length > 0 && schema !== undefined) {
    marks.push(`schema ${fingerprintOf(schema)}`)
  }
  if (typeof description === 'string' && description.length >= TELLING_LENGTH) {
    marks.push(`description ${description}`)
  }
  return marks
}
