import type { JsonObject, JsonValue } from '../../json/value.ts'
import type { EvaluationError } from '../decision.ts'
import { MAX_ELEMENTS } from '../language/bounds.ts'
import type { AttributeTable } from './attribute-table.ts'
import { readBelow, readRoot } from './read-attribute.ts'
import type { Failure, Read, Reads, Scope } from './scope.ts'
import type { Truth } from './truth.ts'
import { ERROR, FALSE, TRUE } from './truth.ts'

/** The elements of a list that conditions look for, by number, each once. */
export interface KnownElements {
  readonly numbers: readonly number[]
  /** Are all elements texts? If not, one that is not found leaves the answer unknown. */
  readonly texts: boolean
}

/** A text that no condition compares with. */
export const UNKNOWN_TEXT = -1
/** A value that is no text: missing, open, or of another type. */
export const NO_TEXT = -2
const UNREAD = -3

/** From so many searches of one list on, its elements are numbered first. */
const NUMBERED_FROM = 3

const NOTHING: JsonObject = Object.freeze({})

/** An attribute and what one decision has found there. */
class Cell {
  readonly parent: Cell | undefined
  readonly name: string
  value: Read | undefined
  /** The number of the text that the value is. */
  text = UNREAD
  list: KnownElements | undefined
  searches = 0

  constructor(parent: Cell | undefined, name: string) {
    this.parent = parent
    this.name = name
  }

  forget(): void {
    this.value = undefined
    this.text = UNREAD
    this.list = undefined
    this.searches = 0
  }
}

/**
 * The scope of one decision after another: what a decision read is forgotten before the next, and
 * the memory is used again. What looks at it never outlives the decision.
 */
export class Trial implements Scope, Reads {
  readonly table: AttributeTable
  readonly elements: JsonValue[] = []
  readonly failures: Failure[] = []
  attributes: JsonObject = NOTHING
  open: string | undefined
  visits = 0
  /** Is a decision under way? */
  busy = false
  /** Absent where nobody wants to know why. */
  errors: EvaluationError[] | undefined
  /** By slot. */
  private readonly cells: Cell[] = []
  /** Those that hold something: so many from the beginning. */
  private readonly used: Cell[] = []
  private usedCount = 0

  constructor(table: AttributeTable) {
    this.table = table
  }

  get reads(): Reads {
    return this
  }

  begin(attributes: JsonObject, open?: string): void {
    this.busy = true
    this.attributes = attributes
    this.open = open
  }

  /** Forgets the request: nothing of it is kept alive here. */
  end(): void {
    for (let index = 0; index < this.usedCount; index++) this.used[index]?.forget()
    this.usedCount = 0
    if (this.elements.length > 0) this.elements.length = 0
    if (this.failures.length > 0) this.failures.length = 0
    this.attributes = NOTHING
    this.errors = undefined
    this.busy = false
  }

  read(slot: number): Read {
    const cell = this.cells[slot] ?? this.cellAt(slot)
    return cell.value ?? this.fill(cell)
  }

  /** The number of the text at a slot, or `UNKNOWN_TEXT` or `NO_TEXT`. */
  textAt(slot: number): number {
    const cell = this.cells[slot] ?? this.cellAt(slot)
    if (cell.text !== UNREAD) return cell.text
    const value = cell.value ?? this.fill(cell)
    cell.text = typeof value === 'string' ? (this.table.knownText(value) ?? UNKNOWN_TEXT) : NO_TEXT
    return cell.text
  }

  /** Does the list at a slot hold the element? `ERROR` where the closures have to say. */
  holds(slot: number, element: number): Truth {
    const cell = this.cells[slot] ?? this.cellAt(slot)
    cell.searches++
    if (cell.searches < NUMBERED_FROM)
      return scan(cell.value ?? this.fill(cell), this.table.elementText(slot, element))
    const known = this.elementsAt(slot)
    if (known === undefined) return ERROR
    for (const number of known.numbers) if (number === element) return TRUE
    return known.texts ? FALSE : ERROR
  }

  /** The list at a slot as far as conditions look for its elements; nothing when it is no list. */
  elementsAt(slot: number): KnownElements | undefined {
    const cell = this.cells[slot] ?? this.cellAt(slot)
    if (cell.list !== undefined) return cell.list
    const list = cell.value ?? this.fill(cell)
    if (!Array.isArray(list) || list.length > MAX_ELEMENTS) return undefined
    const numbers: number[] = []
    let texts = true
    for (const element of list) {
      if (typeof element !== 'string') {
        texts = false
        continue
      }
      const number = this.table.knownElement(slot, element)
      if (number !== undefined && !numbers.includes(number)) numbers.push(number)
    }
    cell.list = { numbers, texts }
    return cell.list
  }

  private fill(cell: Cell): Read {
    const { parent, name } = cell
    const value =
      parent === undefined
        ? readRoot(this, name)
        : readBelow(parent.value ?? this.fill(parent), name)
    cell.value = value
    this.used[this.usedCount] = cell
    this.usedCount++
    return value
  }

  /** Conditions that are compiled later may read what none has read before. */
  private cellAt(slot: number): Cell {
    const { attributes } = this.table
    for (const { parent, name } of attributes.slice(this.cells.length))
      this.cells.push(new Cell(this.cells[parent], name))
    const cell = this.cells[slot]
    if (cell === undefined) throw new Error(`no attribute is numbered ${slot}`)
    return cell
  }
}

function scan(list: Read, sought: string | undefined): Truth {
  if (!Array.isArray(list) || list.length > MAX_ELEMENTS) return ERROR
  let texts = true
  for (const element of list) {
    if (element === sought) return TRUE
    if (typeof element !== 'string') texts = false
  }
  return texts ? FALSE : ERROR
}
