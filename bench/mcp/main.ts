/**
 * One MCP call through Portcullis, receipts on, beside the same client straight at the
 * same upstream and through two gateways from npm that keep no receipts and decide nothing.
 */
import { figures, measure, print, type Result, type Sample } from '../report.ts'
import { type Route, routes } from './routes.ts'
import { afterCalls, lists, sessions } from './scale.ts'
import { openSession } from './session.ts'

/** Calls measured at one and at sixteen callers, and before them to warm up. */
const CALLS = { warm: 300, alone: 1000, crowd: 6000 }
const CROWD = 16
/** Each path is measured this often, in turn; the round with the median p50 counts. */
const ROUNDS = 3

interface Measured {
  readonly alone: Sample[]
  readonly crowd: Sample[]
}

async function round(route: Route, measured: Measured): Promise<void> {
  const session = await openSession(route.url, { ...route, callers: CROWD })
  const call = () => session.call(route.tool, { message: 'hello' })
  await measure(CROWD, CALLS.warm, call)
  measured.alone.push(await measure(1, CALLS.alone / route.slowness, call))
  measured.crowd.push(await measure(CROWD, CALLS.crowd / route.slowness, call))
  await session.close()
}

function median(samples: readonly Sample[]): Sample {
  const middle = (sample: Sample) =>
    [...sample.latencies].sort((a, b) => a - b)[sample.latencies.length >> 1] ?? 0
  const sorted = [...samples].sort((a, b) => middle(a) - middle(b))
  const [sample] = sorted.slice(sorted.length >> 1)
  if (sample === undefined) throw new Error('nothing was measured')
  return sample
}

async function measureAll(paths: readonly Route[]): Promise<Map<Route, Measured>> {
  const measured = new Map(paths.map((route) => [route, { alone: [], crowd: [] } as Measured]))
  for (let i = 0; i < ROUNDS; i++) {
    for (const [route, samples] of measured) {
      process.stderr.write(`round ${i + 1} of ${ROUNDS}: ${route.name}\n`)
      await round(route, samples)
    }
  }
  return measured
}

function compare(measured: Map<Route, Measured>): Result[] {
  const results: Result[] = []
  for (const [route, { alone, crowd }] of measured) {
    const direct = [...measured].find(([other]) => other.name === route.against)
    for (const [callers, samples] of [
      ['1', alone],
      [String(CROWD), crowd],
    ] as const) {
      const floor = direct && {
        name: `${direct[0].name}/${callers}`,
        sample: median(callers === '1' ? direct[1].alone : direct[1].crowd),
      }
      const sample = median(samples)
      results.push(...figures(`${route.name}/${callers}`, sample, floor))
      if (floor && callers === '1') results.push(added(route.name, sample, floor))
    }
  }
  return results
}

/** What the path adds to the median call, in milliseconds. */
function added(name: string, sample: Sample, floor: { name: string; sample: Sample }): Result {
  const p50 = ({ latencies }: Sample) =>
    [...latencies].sort((a, b) => a - b)[latencies.length >> 1] ?? 0
  const value = Number((p50(sample) - p50(floor.sample)).toPrecision(4))
  return {
    name: `${name}/1/added-p50`,
    value,
    unit: 'ms',
    against: `${floor.name}/p50`,
    ratio: Number((value / p50(floor.sample)).toPrecision(4)),
  }
}

const { paths, gate, close } = await routes()
try {
  // Before anything else has made the runtime's heap grow.
  process.stderr.write('many sessions\n')
  const held = await sessions(gate)
  const results = compare(await measureAll(paths))
  const after = afterCalls(gate, held[0])
  process.stderr.write('a list of many tools\n')
  results.push(...(await lists(gate)), ...held, after)
  print('mcp', results, process.argv.includes('--json'))
} finally {
  await close()
}
