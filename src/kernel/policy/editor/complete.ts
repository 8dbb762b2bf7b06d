import { RELATIONS } from '../language/parse-expression.ts'
import type { ParsedFile } from '../language/parser.ts'
import type { Span } from '../language/source.ts'
import type { Cursor } from './cursor.ts'
import { clauseOf, cursorAt, text } from './cursor.ts'
import type { EditedSet } from './edited-set.ts'
import { ExpressionCursor } from './expression-cursor.ts'
import type { Completion } from './offers.ts'
import * as offers from './offers.ts'

export interface Completions {
  /** What is replaced. */
  readonly at: Span
  readonly items: readonly Completion[]
}

const NOTHING: readonly Completion[] = []

/** What may be written at a place of a text that may be half typed. */
export function completionsAt(set: EditedSet, file: ParsedFile, offset: number): Completions {
  const cursor = cursorAt(file, offset)
  if (cursor === undefined) return { at: { start: offset, end: offset }, items: NOTHING }
  return { at: cursor.word, items: new Completer(set, cursor).items() }
}

/** After these a value, a name or a target is due. */
const OPENING: ReadonlySet<string> = new Set([
  ...[':', '(', '[', '{', ',', '!', '=', '|', '&&', '||', '+', '-', '*', '.', '@'],
  ...['if', 'when', 'unless', 'for', ...RELATIONS],
])

class Completer {
  private readonly set: EditedSet
  private readonly cursor: Cursor
  private readonly last: string
  private readonly expression: ExpressionCursor

  constructor(set: EditedSet, cursor: Cursor) {
    this.set = set
    this.cursor = cursor
    this.last = text(cursor.before, cursor.before.length - 1)
    this.expression = new ExpressionCursor(set, cursor)
  }

  items(): readonly Completion[] {
    const { before, declaration, open } = this.cursor
    const word = declaration === undefined ? '' : text(before, declaration)
    if (word === '') return this.beginning()
    if (word === 'policy') return open.length === 0 ? this.attachments() : this.policy()
    if (this.cursor.inString && word !== 'class' && word !== 'resource') return NOTHING
    switch (word) {
      case 'approval':
        return open.length === 1 ? this.approval() : NOTHING
      case 'type':
      case 'operation':
        return this.record()
      case 'class':
      case 'resource':
        return this.class()
      case 'obligation':
        return open.length === 0 && this.isNamed() ? [...offers.IN, ...offers.BEGINNINGS] : NOTHING
      default:
        return NOTHING
    }
  }

  private beginning(): readonly Completion[] {
    if (this.cursor.inString || this.cursor.open.length > 0) return NOTHING
    return this.last === '@' ? offers.annotations('policy') : offers.BEGINNINGS
  }

  private isNamed(): boolean {
    const { before, declaration = 0 } = this.cursor
    return before.length > declaration + 1
  }

  private attachments(): readonly Completion[] {
    if (this.last === 'for' || this.last === ',') return offers.ATTACHING
    return this.isNamed() && this.last !== ')' ? offers.FOR : NOTHING
  }

  private approval(): readonly Completion[] {
    if (this.last === '{' || this.last === ',') return offers.SETTINGS
    const { before } = this.cursor
    if (this.last === ')') return offers.AFTER
    if (this.last !== ':') return NOTHING
    const setting = text(before, before.length - 2)
    if (setting === 'not') return offers.NOT
    return setting === 'approver' || setting === 'escalate' ? offers.APPROVERS : NOTHING
  }

  private record(): readonly Completion[] {
    const { before, open, declaration = 0 } = this.cursor
    if (open.length > 0)
      return this.last === ':' || this.last === '[' ? offers.types(this.set) : NOTHING
    if (before.length > declaration + 1)
      return text(before, declaration) === 'operation' && this.last !== '.'
        ? offers.BEGINNINGS
        : NOTHING
    return text(before, declaration) === 'type' ? offers.untypedRoots(this.set) : NOTHING
  }

  private class(): readonly Completion[] {
    const { before, open, declaration = 0, inString } = this.cursor
    const condition = before.findIndex(
      (_, at) => at > declaration && ['when', 'if'].includes(text(before, at)),
    )
    if (condition !== -1) return this.condition(open.length === 0 ? offers.BEGINNINGS : NOTHING)
    const head = text(before, declaration) === 'resource' ? 2 : 1
    if (inString || before.length <= declaration + head) return NOTHING
    if (this.last === '=' || this.last === '[' || this.last === ',')
      return head === 1 ? offers.declared(this.set, 'operation') : NOTHING
    return [...offers.GUARDS.filter(({ label }) => label !== 'unless'), ...offers.BEGINNINGS]
  }

  private policy(): readonly Completion[] {
    const { before, open, rule, inString } = this.cursor
    if (text(before, open[0] ?? 0) !== '{') return NOTHING
    if (this.last === '@') return inString ? NOTHING : offers.annotations('rule')
    if (rule === undefined) return inString || open.length > 1 ? NOTHING : offers.RULES
    const clause = clauseOf(this.cursor)
    const word = text(before, clause)
    if (word === 'allow' || word === 'deny' || word === 'for') return this.target()
    if (word === 'require' || word === 'audit') return this.requirement(word)
    return this.condition(this.after(offers.RULES))
  }

  /** What may follow when nothing is due, if no bracket of the rule is open. */
  private after(items: readonly Completion[]): readonly Completion[] {
    return this.cursor.open.length > 1 ? NOTHING : items
  }

  private target(): readonly Completion[] {
    const { before, open, inString } = this.cursor
    if (inString) return NOTHING
    const inner = text(before, open.at(-1) ?? 0)
    if (!OPENING.has(this.last))
      return this.after([...offers.GUARDS, ...offers.FOR, ...offers.RULES])
    if (inner === '(') return offers.resources(this.set)
    return this.last === '.' ? this.dotted() : offers.operations(this.set)
  }

  /** The rest of a dotted name, as far as operations of such names are declared. */
  private dotted(): readonly Completion[] {
    const begun = `${this.expression.dottedBefore(this.cursor.before.length - 1)}.`
    return offers.declared(this.set, 'operation').flatMap((offer) => {
      if (!offer.label.startsWith(begun)) return []
      return [{ ...offer, label: offer.label.slice(begun.length) }]
    })
  }

  private requirement(word: 'require' | 'audit'): readonly Completion[] {
    const { before, open, inString } = this.cursor
    const brackets = open.slice(1).map((at) => text(before, at))
    const named = brackets.at(-1) === '(' ? text(before, (open.at(-1) ?? 0) - 1) : ''
    if (this.set.builtIn.registry.has(named)) return this.patterns(named)
    const setting = brackets.length === 0 ? '=' : brackets.join('') === '{' ? ':' : undefined
    if (this.last === setting || (this.last === '=' && brackets.join('') === '['))
      return offers.values(this.set, text(before, before.length - 2), inString)
    if (brackets[0] === '{') {
      if (inString || brackets.length > 1) return NOTHING
      if (this.last === '{' || this.last === ',') return offers.demandNames(this.set)
      return NOTHING
    }
    const due = this.last === ':' || this.last === '[' || this.last === ','
    const outer = brackets.length === 0 || (brackets.length === 1 && brackets[0] === '[')
    if (due && outer && !inString) {
      const conditions = word === 'require' ? this.expression.operands() : []
      return [...offers.demands(this.set), ...conditions]
    }
    return this.condition(this.after([...offers.FOR, ...offers.GUARDS, ...offers.RULES]))
  }

  private patterns(named: string): readonly Completion[] {
    if (named !== 'redact' || !this.cursor.inString) return NOTHING
    return this.set.builtIn.patterns.map((label) => ({ label, kind: 'pattern', detail: 'pattern' }))
  }

  /** `after`: what else may follow a whole condition. */
  private condition(after: readonly Completion[]): readonly Completion[] {
    if (this.last === '.') return this.cursor.inString ? NOTHING : this.expression.members()
    const labels = this.expression.labels()
    if (this.cursor.inString) return labels
    if (!OPENING.has(this.last)) return [...offers.RELATING, ...after]
    if (this.last === 'like' || this.last === 'during') return NOTHING
    if (this.last === 'has') return this.expression.membersOfSubject()
    return [...labels, ...this.expression.operands()]
  }
}
