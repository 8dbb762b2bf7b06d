import { sql } from 'kysely'
import { unreachable } from '../../kernel/errors.ts'
import type { Operand, QuantifierTest, Residual } from '../../kernel/policy/plan/residual.ts'
import { among, equal, everyRow, ordered, someRow } from './comparisons.ts'
import { conjunction, disjunction, negation } from './logic.ts'
import { patternPieces } from './pattern-pieces.ts'
import type { Dialect, Sql, SqlList, SqlValue } from './sql-value.ts'
import { ANYTHING, computed, FALSE, isStorable, literalValue, MISSING, TRUE } from './sql-value.ts'
import { Untranslatable } from './untranslatable.ts'

/** Elements of the quantifiers around an expression, by name. */
type Elements = ReadonlyMap<string, SqlValue>

/**
 * Turns residuals into SQL that is true, false or NULL where the residual is true, false or
 * unknown. Each method throws `Untranslatable` where it cannot.
 */
export class Translator {
  private readonly dialect: Dialect
  private readonly thing: SqlValue
  private aliases = 0

  constructor(dialect: Dialect, thing: SqlValue) {
    this.dialect = dialect
    this.thing = thing
  }

  condition(node: Residual, elements: Elements = new Map()): Sql {
    switch (node.op) {
      case 'true':
        return TRUE
      case 'false':
        return FALSE
      case 'unknown':
        return this.dialect.unknown
      case 'and':
        return conjunction(node.of.map((part) => this.condition(part, elements)))
      case 'or':
        return disjunction(node.of.map((part) => this.condition(part, elements)))
      case 'not':
        return negation(this.condition(node.of, elements))
      case 'isTrue':
        return sql`((${this.condition(node.of, elements)}) IS TRUE)`
      case 'any':
      case 'all':
        return this.quantified(node, elements)
      default:
        return this.test(node, elements)
    }
  }

  private test(node: Test, elements: Elements): Sql {
    const value = (operand: Operand) => this.value(operand, elements)
    const { dialect } = this
    switch (node.op) {
      case 'eq':
        return equal(value(node.left), value(node.right), dialect)
      case 'lt':
      case 'le':
        return ordered(node, [value(node.left), value(node.right)], dialect)
      case 'in':
        return this.member(node.item, node.list, elements)
      case 'containsAny':
      case 'containsAll':
        return this.containsEach(node, elements)
      case 'isEmpty':
        return this.isEmpty(value(node.list).list)
      case 'startsWith':
      case 'endsWith': {
        const [text, part] = [value(node.text).text, value(node.part).text]
        if (text === undefined || part === undefined) return dialect.unknown
        return dialect[node.op](text, part)
      }
      case 'like': {
        const { text } = value(node.text)
        if (!isStorable(node.pattern)) throw new Untranslatable('the pattern is no plain text')
        return text === undefined
          ? dialect.unknown
          : dialect.like(text, patternPieces(node.pattern))
      }
      case 'during':
        throw new Untranslatable('`during` needs a calendar')
      case 'has':
        return has(value(node.of), node.names, dialect)
      default:
        return unreachable(node)
    }
  }

  private member(item: Operand, list: Operand, elements: Elements): Sql {
    const sought = this.value(item, elements)
    if (list.op === 'value')
      return Array.isArray(list.value)
        ? among(sought, list.value, this.dialect)
        : this.dialect.unknown
    const held = this.value(list, elements).list
    const found = this.some(held, (element) => equal(element, sought, this.dialect))
    return within(sought.present, found)
  }

  private containsEach(node: ContainsTest, elements: Elements): Sql {
    const held = this.value(node.list, elements).list
    const { items } = node
    const same = (a: SqlValue) => (b: SqlValue) => equal(a, b, this.dialect)
    const known = items.op === 'value' && Array.isArray(items.value) ? items.value : undefined
    if (node.op === 'containsAny' && known !== undefined && known.length > 0)
      return this.some(held, (element) => among(element, known, this.dialect))
    const sought = this.value(items, elements).list
    const test = (item: SqlValue) => this.some(held, same(item))
    const found = node.op === 'containsAny' ? this.some(sought, test) : this.every(sought, test)
    // Without an item there is nothing to look for, and it would not show that there is no list.
    return within(this.isList(held), found)
  }

  private isEmpty(list: SqlList | undefined): Sql {
    if (list === undefined) return this.dialect.unknown
    if (list.kind === 'json') return sql`(${this.dialect.listLength(list.json)} = 0)`
    const empty = list.items.length === 0 ? TRUE : FALSE
    return within(list.whole, empty)
  }

  private isList(list: SqlList | undefined): Sql {
    if (list === undefined) return FALSE
    return list.kind === 'json' ? sql`(${list.json}) IS NOT NULL` : (list.whole ?? TRUE)
  }

  private quantified({ op, list, as, where }: QuantifierTest, elements: Elements): Sql {
    const found = this.value(list, elements).list
    const test = (element: SqlValue) => this.condition(where, new Map([...elements, [as, element]]))
    return op === 'any' ? this.some(found, test) : this.every(found, test)
  }

  private some(list: SqlList | undefined, test: (element: SqlValue) => Sql): Sql {
    if (list === undefined) return this.dialect.unknown
    if (list.kind === 'items') return within(list.whole, disjunction(list.items.map(test)))
    const { from, element } = this.rowsOf(list.json)
    return within(this.isList(list), someRow(from, test(element)))
  }

  private every(list: SqlList | undefined, test: (element: SqlValue) => Sql): Sql {
    if (list === undefined) return this.dialect.unknown
    if (list.kind === 'items') return within(list.whole, conjunction(list.items.map(test)))
    const { from, element } = this.rowsOf(list.json)
    return within(this.isList(list), everyRow(from, test(element)))
  }

  private rowsOf(json: Sql) {
    this.aliases++
    return this.dialect.elements(json, `policy_element_${this.aliases}`)
  }

  private value(node: Operand, elements: Elements): SqlValue {
    const { dialect } = this
    switch (node.op) {
      case 'value':
        return literalValue(node.value, dialect)
      case 'attribute':
        return walk(this.thing, node.path)
      case 'element':
        return walk(elements.get(node.name) ?? ANYTHING, node.path)
      case 'add':
      case 'sub':
      case 'mul': {
        const degree = degreeOf(node)
        const { maxDegree } = dialect
        if (degree > maxDegree)
          throw new Untranslatable(`it multiplies more than ${maxDegree} operands`)
        return computed(dialect.result(this.sum(node, elements, degree)))
      }
      case 'count':
        return this.count(node, elements)
      case 'length': {
        const { text, list } = this.value(node.of, elements)
        const lengths = [
          ...(text === undefined ? [] : [dialect.length(text)]),
          ...(list === undefined ? [] : [this.lengthOf(list)]),
        ]
        if (lengths.length === 0) return MISSING
        return computed(sql`COALESCE(${sql.join([...lengths, sql`NULL`])})`)
      }
      case 'list': {
        const items = node.of.map((item) => this.value(item, elements))
        const whole = conjunction(items.map(({ present }) => present))
        const list: SqlList = { kind: 'items', items, whole }
        return { list, present: whole, member: () => MISSING }
      }
      case 'truth': {
        const boolean = this.condition(node.of, elements)
        return { boolean, present: sql`(${boolean}) IS NOT NULL`, member: () => MISSING }
      }
      default:
        return unreachable(node)
    }
  }

  private sum(node: Operand, elements: Elements, degree: number): Sql {
    if (node.op === 'add' || node.op === 'sub' || node.op === 'mul') {
      const left = this.sum(node.left, elements, degree)
      const right = this.sum(node.right, elements, degree)
      return sql`(${left} ${OPERATORS[node.op]} ${right})`
    }
    const { number } = this.value(node, elements)
    return number === undefined ? this.dialect.noNumber : this.dialect.factor(number, degree)
  }

  private count({ list, filter }: Extract<Operand, { op: 'count' }>, elements: Elements): SqlValue {
    const found = this.value(list, elements).list
    if (found === undefined) return MISSING
    if (filter === undefined) return computed(this.lengthOf(found))
    const test = (element: SqlValue) =>
      this.condition(filter.where, new Map([...elements, [filter.as, element]]))
    if (found.kind === 'items') {
      const ones = found.items.map((item) => {
        const where = test(item)
        return sql`CASE WHEN ${where} THEN 1 WHEN ${negation(where)} THEN 0 END`
      })
      return computed(
        within(found.whole, this.dialect.asNumber(sql.join([sql`0`, ...ones], sql` + `))),
      )
    }
    const { from, element } = this.rowsOf(found.json)
    const where = test(element)
    const unsure = sql`EXISTS (SELECT 1 FROM ${from} WHERE (${where}) IS NULL)`
    const count = this.dialect.asNumber(sql`(SELECT count(*) FROM ${from} WHERE ${where})`)
    return computed(sql`CASE WHEN ${this.isList(found)} AND NOT ${unsure} THEN ${count} END`)
  }

  private lengthOf(list: SqlList): Sql {
    if (list.kind === 'json') return this.dialect.listLength(list.json)
    return within(list.whole, this.dialect.number(list.items.length))
  }
}

type Test = Exclude<
  Residual,
  { op: 'true' | 'false' | 'unknown' | 'and' | 'or' | 'not' | 'isTrue' | 'any' | 'all' }
>
type ContainsTest = Extract<Residual, { op: 'containsAny' | 'containsAll' }>

const OPERATORS = { add: sql`+`, sub: sql`-`, mul: sql`*` }

function within(whole: Sql | undefined, test: Sql): Sql {
  return whole === undefined || whole === TRUE ? test : sql`CASE WHEN ${whole} THEN ${test} END`
}

/** How many operands a computation multiplies with one another. */
function degreeOf(node: Operand): number {
  if (node.op === 'mul') return degreeOf(node.left) + degreeOf(node.right)
  if (node.op !== 'add' && node.op !== 'sub') return 1
  return Math.max(degreeOf(node.left), degreeOf(node.right))
}

function walk(start: SqlValue, path: readonly string[]): SqlValue {
  return path.reduce((value, name) => {
    if (!isStorable(name)) throw new Untranslatable('the name of an attribute is no plain text')
    return value.member(name)
  }, start)
}

function has(start: SqlValue, names: readonly string[], { unknown }: Dialect): Sql {
  if (start.record === undefined) return unknown
  const cases: Sql[] = []
  let value = start
  for (const name of names) {
    const { record = FALSE } = value
    if (record !== TRUE) cases.push(sql`WHEN NOT ${record} THEN NULL`)
    value = walk(value, [name])
    cases.push(sql`WHEN NOT ${value.present} THEN FALSE`)
  }
  return sql`CASE ${sql.join(cases, sql` `)} ELSE TRUE END`
}
