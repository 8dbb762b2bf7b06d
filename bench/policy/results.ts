import { type Result, rounded } from '../report.ts'
import type { Measured as Updated } from './update.ts'
import type { Measured } from './worker.ts'

/** One engine with one workload: what each round measured. */
export interface Row {
  readonly workload: string
  readonly engine: string
  readonly measured: readonly Measured[]
}

interface Figure {
  readonly name: string
  readonly unit: Result['unit']
  readonly of: (measured: Measured) => number
}

const FIGURES: readonly Figure[] = [
  { name: 'p50', unit: 'us', of: ({ timing }) => timing.p50 },
  { name: 'p99', unit: 'us', of: ({ timing }) => timing.p99 },
  { name: 'rate', unit: '1/s', of: ({ timing }) => timing.rate },
  { name: 'load', unit: 'ms', of: ({ loadMs }) => loadMs },
  { name: 'heap', unit: 'MB', of: ({ heapMb }) => heapMb },
]

/** The median over the rounds. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function figure({ measured }: Row, { of }: Figure): number {
  return median(measured.map(of))
}

/** Every figure of every row, those of the peers against those of Portcullis. */
export function resultsOf(rows: readonly Row[]): readonly Result[] {
  return rows.flatMap((row) =>
    FIGURES.map((it) => {
      const value = figure(row, it)
      const name = `${row.workload}/${row.engine}/${it.name}`
      const own = ownOf(row, rows)
      if (own === undefined || own === row)
        return { name, value: rounded(value), unit: it.unit, against: null, ratio: null }
      const against = `${own.workload}/${own.engine}/${it.name}`
      const ratio = rounded(value / figure(own, it))
      return { name, value: rounded(value), unit: it.unit, against, ratio }
    }),
  )
}

function ownOf({ workload }: Row, rows: readonly Row[]): Row | undefined {
  return rows.find((row) => row.workload === workload && row.engine === 'portcullis')
}

const [P50, P99, , LOAD] = FIGURES
/** At most this much, in the unit of the figure. */
const AIMS = [
  { row: 'tools/1000', figure: P50, aim: 1 },
  { row: 'tools/1000', figure: P99, aim: 10 },
  { row: 'tools/10000', figure: P50, aim: 2 },
  { row: 'tools/100000', figure: P50, aim: 5 },
  { row: 'tools/10000', figure: LOAD, aim: 500 },
]

/** The figures that the engine is to keep, each against its aim. A ratio below 1 keeps it. */
export function aims(rows: readonly Row[], updated: Updated | undefined): readonly Result[] {
  const own = rows.filter(({ engine }) => engine === 'portcullis')
  const kept = AIMS.flatMap(({ row: workload, figure: it, aim }) => {
    const row = own.find((one) => one.workload === workload)
    if (row === undefined || it === undefined) return []
    const value = figure(row, it)
    return [aimed({ name: `${workload}/${it.name}`, value, unit: it.unit }, aim)]
  })
  const update = (updated?.updates ?? []).map(({ files, p50 }) =>
    aimed({ name: `update/10000 in ${files} files/p50`, value: p50, unit: 'ms' }, 5),
  )
  return [...kept, ...update, ...own.flatMap((row) => timesFaster(row, rows))]
}

function aimed(
  { name, value, unit }: Pick<Result, 'name' | 'value' | 'unit'>,
  aim: number,
): Result {
  const against = `an aim of ${aim} ${unit}`
  return { name: `aim/${name}`, value: rounded(value), unit, against, ratio: rounded(value / aim) }
}

/** How many times the p50 of Cedar, sliced, is that of Portcullis. The aim is 100. */
function timesFaster(own: Row, rows: readonly Row[]): readonly Result[] {
  const { workload } = own
  const cedar = rows.find((it) => it.workload === workload && it.engine === 'cedar-wasm-sliced')
  if (cedar === undefined || P50 === undefined) return []
  const [value, theirs] = [figure(own, P50), figure(cedar, P50)]
  const name = `aim/${workload}/times-faster-than-cedar-wasm-sliced`
  const against = 'an aim of 100 times'
  return [
    {
      name,
      value: rounded(theirs / value),
      unit: 'x',
      against,
      ratio: rounded(theirs / value / 100),
    },
  ]
}

/** All rows for people, a line each; the last column is the p50 over that of Portcullis. */
export function table(rows: readonly Row[]): string {
  const head = ['workload', 'engine', 'p50 µs', 'p99 µs', '1/s', 'load ms', 'heap MB', 'p50 ×']
  const lines = rows.map((row) => {
    const own = ownOf(row, rows)
    const ratio = P50 && own ? figure(row, P50) / figure(own, P50) : Number.NaN
    const figures = [...FIGURES.map((it) => figure(row, it)), ratio].map(shown)
    return [row.workload, row.engine, ...figures]
  })
  const text = [head, ...lines].map(([workload = '', engine = '', ...figures]) =>
    [workload.padEnd(16), engine.padEnd(20), ...figures.map((it) => it.padStart(11))].join(''),
  )
  return `${text.join('\n')}\n`
}

function shown(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : String(rounded(value, 3))
}
