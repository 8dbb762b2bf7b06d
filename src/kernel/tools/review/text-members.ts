import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts'

/** A text that the model may come to read: any string of a definition, or a member's name. */
export interface TextMember {
  readonly where: string
  readonly text: string
  /** A member's name is read for what it says, not for how it is written. */
  readonly isName: boolean
}

export interface TextMembers {
  readonly members: readonly TextMember[]
  /** Whether a bound was met and text was left unread. */
  readonly cut: boolean
}

/** A word without gaps gives no orders; longer ones are read, as names have been used for it. */
export const PLAIN_WORD = /^[A-Za-z0-9_$.-]{1,24}$/

/** Bounds of one review: the text of a definition, its depth and its number of values. */
export const MAX_TEXT_CHARS = 1_000_000
export const MAX_DEPTH = 64
export const MAX_VALUES = 100_000

/** Every text member of a definition at any depth, in document order, within the bounds. */
export function textMembers(definition: JsonObject): TextMembers {
  const walk: Walk = { members: [], chars: 0, values: 0, cut: false }
  visit(definition, { where: '', depth: 0 }, walk)
  return { members: walk.members, cut: walk.cut }
}

interface Walk {
  readonly members: TextMember[]
  chars: number
  values: number
  cut: boolean
}

interface Place {
  readonly where: string
  readonly depth: number
}

function visit(value: JsonValue, { where, depth }: Place, walk: Walk): void {
  walk.values += 1
  if (depth > MAX_DEPTH || walk.values > MAX_VALUES || walk.chars >= MAX_TEXT_CHARS) {
    walk.cut = true
    return
  }
  if (typeof value === 'string') {
    keep({ where, text: value, isName: false }, walk)
    return
  }
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries())
      visit(element, { where: `${where}/${index}`, depth: depth + 1 }, walk)
    return
  }
  if (!isJsonObject(value)) return
  for (const [name, member] of Object.entries(value)) {
    const inside = `${where}/${pointerToken(name)}`
    keep({ where: inside, text: name, isName: true }, walk)
    visit(member, { where: inside, depth: depth + 1 }, walk)
  }
}

function keep(member: TextMember, walk: Walk): void {
  const room = MAX_TEXT_CHARS - walk.chars
  if (member.text.length > room) walk.cut = true
  const text = member.text.slice(0, Math.max(0, room))
  walk.chars += text.length
  if (text !== '') walk.members.push({ ...member, text })
}

function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
