import type { Field, FieldType, Name, RecordType } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

/** record = "{" [ field { "," field } [ "," ] ] [ "..." ] "}" */
export function parseRecord(tokens: TokenStream): RecordType {
  const { start } = tokens.current
  tokens.want('{')
  const fields: Field[] = []
  while (!tokens.sees('}') && !tokens.sees('...')) {
    fields.push(parseField(tokens))
    if (!tokens.eat(',')) break
  }
  const open = tokens.eat('...')
  tokens.want('}', 'fields read `name: string`, `name?: [number]`')
  return { kind: 'record', fields, open, start, end: tokens.reached }
}

/** field = ( name | string ) [ "?" ] ":" type */
function parseField(tokens: TokenStream): Field {
  const { start } = tokens.current
  const name = fieldName(tokens)
  const optional = tokens.eat('?')
  tokens.want(':')
  const type = parseFieldType(tokens)
  return { name, optional, type, start, end: tokens.reached }
}

function fieldName(tokens: TokenStream): Name {
  const token = tokens.current
  if (token.kind !== 'string') return tokens.name('the name of an attribute')
  tokens.next()
  return { text: token.value, start: token.start, end: token.end }
}

/** type = name | "[" type "]" | record */
function parseFieldType(tokens: TokenStream): FieldType {
  return tokens.nested(() => {
    const { start } = tokens.current
    if (tokens.sees('{')) return parseRecord(tokens)
    if (tokens.eat('[')) {
      const element = parseFieldType(tokens)
      tokens.want(']')
      return { kind: 'list', element, start, end: tokens.reached }
    }
    const { text } = tokens.name('a type: string, number, bool, any, or the name of an order')
    return { kind: 'named', name: text, start, end: tokens.reached }
  })
}
