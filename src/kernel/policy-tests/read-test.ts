import type { JsonObject } from '../json/value.ts'
import type { Span } from '../policy/language/source.ts'
import { nearest } from '../text/nearest.ts'
import type { Parts, ResourceFixture } from './fixtures.ts'
import { requestOf } from './fixtures.ts'
import type { Located } from './located.ts'
import { recordOf } from './located.ts'
import type { Axis, Expectation } from './read-expected.ts'
import { AXES, readExpectations } from './read-expected.ts'
import { readAttributes } from './read-fixtures.ts'
import { readTime } from './read-time.ts'
import type { Reading } from './reading.ts'
import type { Expected, PolicyTest, TestCell } from './suite.ts'

const MATRIX = ['principals', 'operations', 'resources', 'args'] as const
const KEYS = [...MATRIX, 'name', 'attributes', 'approved', 'now', 'expect'] as const

const ONE_EACH = 'exactly one expectation is about each cell'

/** A value on one axis of the matrix, by the name that expectations give it. */
interface Choice<T> {
  readonly name: string
  readonly value: T
}

interface Matrix {
  readonly principal: readonly Choice<JsonObject>[]
  readonly operation: readonly Choice<string>[]
  readonly resource: readonly Choice<ResourceFixture | undefined>[]
  readonly args: readonly Choice<JsonObject>[]
}

/** One test: every combination of its principals, operations, resources and arguments. */
export function readTest(node: Located, reading: Reading): PolicyTest {
  const { shape, source, now } = reading
  const found = shape.members(node, 'a test', KEYS)
  const name = found.name === undefined ? undefined : shape.text(found.name, '`name`')
  const matrix = readMatrix(node, found, reading)
  const common = {
    attributes: found.attributes === undefined ? [] : attributesOf(found.attributes, reading),
    approved:
      found.approved === undefined
        ? []
        : shape.texts(found.approved, '`approved`').map(([text]) => text),
    now: found.now === undefined ? now : readTime(found.now, shape),
  }
  const expect =
    found.expect ?? shape.fail(node.at, 'a test has an `expect`', 'for example `expect: deny`')
  const expectations = readExpectations(expect, shape, source)
  for (const expectation of expectations) checkNames(expectation, matrix, reading)
  const cells = cellsOf(matrix, { expectations, common, at: expect.at, reading })
  return { name: name ?? matrix.operation.map((it) => it.name).join(', '), cells }
}

function readMatrix(
  node: Located,
  found: Partial<Record<(typeof KEYS)[number], Located>>,
  reading: Reading,
): Matrix {
  const { shape, fixtures } = reading
  const { resources, args } = found
  const principals =
    found.principals ?? shape.fail(node.at, 'a test has `principals`', 'names of fixtures')
  const operations =
    found.operations ?? shape.fail(node.at, 'a test has `operations`', 'as agents name them')
  return {
    principal: chosen(principals, 'principal', { from: fixtures.principals, reading }),
    operation: shape
      .texts(operations, 'an operation')
      .map(([operation]) => ({ name: operation, value: operation })),
    resource:
      resources === undefined
        ? [{ name: '', value: undefined }]
        : chosen(resources, 'resource', { from: fixtures.resources, reading }),
    args: args === undefined ? [{ name: '', value: {} }] : argsOf(args, reading),
  }
}

interface Choosing<T> {
  readonly from: ReadonlyMap<string, T>
  readonly reading: Reading
}

/** Fixtures by name. */
function chosen<T>(node: Located, what: string, choosing: Choosing<T>): readonly Choice<T>[] {
  const names = choosing.reading.shape.texts(node, `a ${what}`)
  return names.map(([name, at]) => ({ name, value: fixture(name, at, { what, ...choosing }) }))
}

function fixture<T>(name: string, at: Span, choosing: Choosing<T> & { what: string }): T {
  const { what, from, reading } = choosing
  const value = from.get(name)
  if (value !== undefined) return value
  const near = nearest(name, from.keys())
  const hint = near === undefined ? 'declare it under `fixtures`' : `did you mean \`${near}\`?`
  return reading.shape.fail(at, `there is no ${what} \`${name}\``, hint)
}

/** A record, or names of fixtures: then there is a cell for each. */
function argsOf(node: Located, reading: Reading): readonly Choice<JsonObject>[] {
  if (node.kind === 'record') return [{ name: '', value: recordOf(node) }]
  return chosen(node, 'set of arguments', { from: reading.fixtures.args, reading })
}

/** A record by root, or names of fixtures, the later over the earlier. */
function attributesOf(node: Located, reading: Reading): readonly JsonObject[] {
  if (node.kind === 'record') return [readAttributes(node, reading.shape)]
  const from = reading.fixtures.attributes
  return chosen(node, 'set of attributes', { from, reading }).map(({ value }) => value)
}

function checkNames({ about }: Expectation, matrix: Matrix, { shape }: Reading): void {
  for (const axis of AXES)
    for (const [name, at] of about[axis] ?? []) {
      const names = matrix[axis].map((it) => it.name)
      if (names.includes(name)) continue
      const near = nearest(name, names)
      const hint = near === undefined ? `it has ${names.join(', ')}` : `did you mean \`${near}\`?`
      shape.fail(at, `this test has no ${axis} \`${name}\``, hint)
    }
}

interface Filling {
  readonly expectations: readonly Expectation[]
  readonly common: Pick<Parts, 'attributes' | 'approved' | 'now'>
  readonly at: Span
  readonly reading: Reading
}

function cellsOf(matrix: Matrix, filling: Filling): readonly TestCell[] {
  const cells: TestCell[] = []
  for (const principal of matrix.principal)
    for (const operation of matrix.operation)
      for (const resource of matrix.resource)
        for (const args of matrix.args) {
          const names = { principal, operation, resource, args }
          const expected = expectedOf(names, filling)
          const parts = {
            ...{ principal: principal.value, operation: operation.value, args: args.value },
            ...(resource.value === undefined ? {} : { resource: resource.value }),
            ...filling.common,
          }
          const title = AXES.map((axis) => names[axis].name).filter((name) => name !== '')
          cells.push({ title, request: requestOf(parts), expected })
        }
  return cells
}

/** Exactly one expectation is about a cell: with none or two the file says other than it seems. */
function expectedOf(
  names: Readonly<Record<Axis, { readonly name: string }>>,
  { expectations, at, reading: { shape } }: Filling,
): Expected {
  const about = expectations.filter((expectation) =>
    AXES.every((axis) => {
      const meant = expectation.about[axis]
      return meant === undefined || meant.some(([name]) => name === names[axis].name)
    }),
  )
  const [first, second] = about
  const cell = AXES.map((axis) => names[axis].name)
    .filter((name) => name !== '')
    .join(' ')
  if (second !== undefined) shape.fail(second.at, `a second expectation of \`${cell}\``, ONE_EACH)
  return first?.expected ?? shape.fail(at, `nothing is expected of \`${cell}\``, ONE_EACH)
}
