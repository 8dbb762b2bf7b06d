/**
 * A text with places where it may be broken, after Wadler, "A prettier printer" (2003): a group is
 * set on one line when it fits, else all of its own lines are broken.
 */
export type Doc = string | readonly Doc[] | Line | Group | Indent | CommentDoc

export type Line = {
  readonly kind: 'line'
  /** What it is when it is not broken; a hard line always is. */
  readonly flat: ' ' | '' | 'hard'
  /** With an empty line before, when it is broken. */
  readonly blank: boolean
}
export type Group = {
  readonly kind: 'group'
  readonly broken: boolean
  readonly content: Doc
}
export type Indent = {
  readonly kind: 'indent'
  readonly content: Doc
  /** Indented only when this group was broken. */
  readonly after?: Group
}
export type CommentDoc = {
  readonly kind: 'comment'
  readonly text: string
  /** `own`: on lines of its own. `end`: nothing follows on its line. `inline`: more may follow. */
  readonly place: 'own' | 'end' | 'inline'
  readonly blank: boolean
}

export const hard = (blank = false): Line => ({ kind: 'line', flat: 'hard', blank })
export const line = (blank = false): Line => ({ kind: 'line', flat: ' ', blank })
export const soft = (blank = false): Line => ({ kind: 'line', flat: '', blank })
export const group = (content: Doc, broken: boolean): Group => ({ kind: 'group', broken, content })
export const indent = (content: Doc): Indent => ({ kind: 'indent', content })

/** A place to break, for the sake of what comes after it alone. */
export function breakBefore(content: Doc, broken: boolean): Doc {
  const place = group(indent(line()), broken)
  return [place, { kind: 'indent', content, after: place }]
}

const STEP = 2

interface Command {
  readonly doc: Doc
  readonly indent: number
  readonly flat: boolean
}

/** The text of a document, lines broken at `width` where they can be. */
export function print(doc: Doc, width: number): string {
  return new Printer(width).print(doc)
}

class Printer {
  private readonly width: number
  private readonly out: string[] = []
  private readonly broken = new Set<Group>()
  private column = 0
  /** Line ends since the last text; the beginning counts as an empty line. */
  private newlines = 2
  /** A comment to the end of the line was written. */
  private lineIsOver = false
  private space = false

  constructor(width: number) {
    this.width = width
  }

  print(doc: Doc): string {
    const stack: Command[] = [{ doc, indent: 0, flat: false }]
    for (let command = stack.pop(); command !== undefined; command = stack.pop())
      this.write(command, stack)
    const text = this.out.join('')
    return text === '' ? '' : `${text.replace(/\n+$/, '')}\n`
  }

  private write(command: Command, stack: Command[]): void {
    const { doc, indent, flat } = command
    if (typeof doc === 'string') this.text(doc, indent)
    else if (isList(doc)) for (const part of doc.toReversed()) stack.push({ ...command, doc: part })
    else if (doc.kind === 'line') this.line(doc, flat)
    else if (doc.kind === 'comment') this.comment(doc, indent)
    else if (doc.kind === 'indent') {
      const deeper = doc.after === undefined || this.broken.has(doc.after)
      stack.push({ doc: doc.content, indent: deeper ? indent + STEP : indent, flat })
    } else {
      const fits =
        flat || (!doc.broken && this.fits({ doc: doc.content, indent, flat: true }, stack))
      if (!fits) this.broken.add(doc)
      stack.push({ doc: doc.content, indent, flat: fits })
    }
  }

  private text(text: string, indent: number): void {
    if (text === ' ') this.space = true
    if (text === ' ' || text === '') return
    if (this.lineIsOver) this.newline(1)
    if (this.newlines > 0) this.put(' '.repeat(indent))
    else if (this.space) this.put(' ')
    this.put(text)
    this.newlines = 0
    this.space = false
  }

  private line({ flat, blank }: Line, isFlat: boolean): void {
    if (!isFlat || flat === 'hard') this.newline(blank ? 2 : 1)
    else if (flat === ' ') this.space = true
  }

  private comment({ text, place, blank }: CommentDoc, indent: number): void {
    if (place === 'own') this.newline(blank ? 2 : 1)
    else if (this.newlines === 0) this.space = true
    this.text(text, indent)
    if (place !== 'inline') this.lineIsOver = true
  }

  private newline(count: number): void {
    for (; this.newlines < count; this.newlines++) this.out.push('\n')
    this.column = 0
    this.space = false
    this.lineIsOver = false
  }

  private put(text: string): void {
    this.out.push(text)
    const end = text.lastIndexOf('\n')
    this.column = end === -1 ? this.column + text.length : text.length - end - 1
  }

  /** Does it fit on this line, with all that follows up to the next place to break? */
  private fits(first: Command, rest: readonly Command[]): boolean {
    let left = this.width - (this.newlines > 0 ? first.indent : this.column) - (this.space ? 1 : 0)
    const stack: Command[] = [first]
    let next = rest.length
    while (left >= 0) {
      const command = stack.pop() ?? rest[--next]
      if (command === undefined) return true
      const { doc } = command
      if (typeof doc === 'string') left -= doc.length
      else if (isList(doc))
        for (const part of doc.toReversed()) stack.push({ ...command, doc: part })
      else if (doc.kind === 'comment') {
        if (doc.place === 'own') return true
        left -= widthOf(doc)
        if (doc.place === 'end') return left >= 0
      } else if (doc.kind !== 'line') stack.push({ ...command, doc: doc.content })
      else if (!command.flat || doc.flat === 'hard') return true
      else left -= doc.flat.length
    }
    return false
  }
}

/** A comment to the end of the line cannot be broken, and must not break what it is about. */
function widthOf({ text }: CommentDoc): number {
  return text.startsWith('/*') && !text.includes('\n') ? text.length + 1 : 0
}

function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc)
}
