/** Which engine is measured with which workload, and how often. */
export interface Plan {
  readonly workload: string
  readonly engines: readonly string[]
  readonly rounds: number
}

const OURS = ['portcullis', 'portcullis-request', 'portcullis-cached']
const SLICED = 'cedar-wasm-sliced'
/** Peers that look at every policy at every call. */
const LINEAR = ['cedar-wasm', 'casbin']
const INDEXED = [SLICED, 'casl', 'cel-js']

/** Portcullis first: the others are compared with its answers. */
export const PLANS: readonly Plan[] = [
  ...[100, 1_000].map((size) => tools(size, [...OURS, ...LINEAR, ...INDEXED], 3)),
  tools(10_000, [...OURS, ...INDEXED], 3),
  tools(10_000, LINEAR, 1),
  tools(100_000, [...OURS, ...INDEXED], 1),
  ...['drive', 'repositories', 'todo'].flatMap((app) =>
    [5, 20, 50].map((size) => ({
      workload: `${app}/${size}`,
      engines: [...OURS, ...LINEAR, ...INDEXED],
      rounds: 1,
    })),
  ),
]

/** What no plan holds, and why. */
export const LEFT_OUT: readonly string[] = [
  'tools/100000/cedar-wasm: parsing takes gigabytes, a decision a third of a second',
  'tools/100000/casbin: a decision takes a third of a second',
]

function tools(size: number, engines: readonly string[], rounds: number): Plan {
  return { workload: `tools/${size}`, engines, rounds }
}
