import { cpus, totalmem } from 'node:os'

/** One figure, beside the peer or the floor measured in the same run. */
export interface Result {
  /** A path: `guard/16/p50`. */
  readonly name: string
  readonly value: number
  readonly unit: 'us' | 'ms' | '1/s' | 'MB' | 'x'
  /** What it is compared with, itself a name among the results, or a plain description. */
  readonly against: string | null
  /** value / value of `against`. */
  readonly ratio: number | null
}

/** Latencies in milliseconds and the wall time they were gathered in. */
export interface Sample {
  readonly latencies: readonly number[]
  readonly seconds: number
}

/** p50, p99 and rate of a sample, each against the same figure of `floor`. */
export function figures(
  name: string,
  sample: Sample,
  floor?: { name: string; sample: Sample },
): Result[] {
  const of = (suffix: string, unit: Result['unit'], read: (sample: Sample) => number): Result => {
    const value = rounded(read(sample))
    if (floor === undefined)
      return { name: `${name}/${suffix}`, value, unit, against: null, ratio: null }
    const ratio = rounded(read(sample) / read(floor.sample))
    return { name: `${name}/${suffix}`, value, unit, against: `${floor.name}/${suffix}`, ratio }
  }
  return [
    of('p50', 'ms', ({ latencies }) => percentile(latencies, 0.5)),
    of('p99', 'ms', ({ latencies }) => percentile(latencies, 0.99)),
    of('rate', '1/s', ({ latencies, seconds }) => latencies.length / seconds),
  ]
}

/** `calls` calls by `callers` callers, each waiting for its answer before the next. */
export async function measure(
  callers: number,
  calls: number,
  call: () => Promise<unknown>,
): Promise<Sample> {
  const latencies: number[] = []
  let left = calls
  const begun = performance.now()
  const caller = async () => {
    while (left-- > 0) {
      const sent = performance.now()
      await call()
      latencies.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { latencies, seconds: (performance.now() - begun) / 1000 }
}

export function print(bench: string, results: readonly Result[], json: boolean): void {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const processors = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`
  const machine = `${processors}, ${memory}, Node ${process.version}`
  if (json) {
    process.stdout.write(`${JSON.stringify({ bench, machine, results }, null, 2)}\n`)
    return
  }
  process.stdout.write(`${bench} on ${machine}\n`)
  for (const { name, value, unit, against, ratio } of results) {
    const beside = against === null ? '' : `  ${ratio}× ${against}`
    process.stdout.write(
      `  ${name.padEnd(34)} ${String(value).padStart(10)} ${unit.padEnd(4)}${beside}\n`,
    )
  }
}

function percentile(latencies: readonly number[], share: number): number {
  const sorted = Float64Array.from(latencies).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** To as many significant digits as a figure deserves. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits))
}
