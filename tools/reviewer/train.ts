/**
 * `npm run train:reviewer -- [--fetch DIR | --corpus DIR] [--evaluate | --write]`: teaches the
 * classifier of the tool review and says what it is worth. `--fetch` brings the rows of others into
 * DIR (`--from URL` from a mirror); `--evaluate` prints the tables of the model card, each source
 * judged by a model that was not taught it; `--write` teaches from all and writes weights.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Classifier } from '../../src/kernel/tools/review/classifier.ts'
import { ADAPTIVE_SOURCE, readCorpus } from './corpus.ts'
import { leaveOneSourceOut } from './evaluate.ts'
import { fetchCorpus, PUBLIC_BASE } from './fetch.ts'
import { learn } from './learn.ts'
import { pinnedOrigins } from './origins.ts'
import { printTables } from './tables.ts'

const WEIGHTS = new URL('../../src/app/tools/reviewer-weights.ts', import.meta.url)

const HEADER =
  '/** Written by `npm run train:reviewer -- --write`; docs/spec/tool-reviewer.md is its card. */'

const { values } = parseArgs({
  options: {
    corpus: { type: 'string' },
    fetch: { type: 'string' },
    from: { type: 'string', default: PUBLIC_BASE },
    evaluate: { type: 'boolean' },
    write: { type: 'boolean' },
  },
})

if (values.fetch !== undefined)
  await fetchCorpus({
    ...pinnedOrigins(),
    base: values.from,
    folder: values.fetch,
    say: (progress) => console.error(progress),
  })

const rows = readCorpus(values.corpus ?? values.fetch)
if (values.fetch !== undefined && values.evaluate !== true && values.write !== true) {
  console.log(`${rows.length} rows to teach from and to judge by`)
} else if (values.write === true) {
  const classifier = learn(rows.filter(({ source }) => source !== ADAPTIVE_SOURCE))
  writeFileSync(WEIGHTS, weightsFile(classifier))
  console.log(`wrote the weights, threshold ${classifier.threshold.toFixed(3)}`)
} else {
  printTables(leaveOneSourceOut(rows))
}

function weightsFile({ bias, scale, threshold, weights }: Classifier): string {
  const bytes = Buffer.from(weights.buffer)
  const digest = createHash('sha256').update(bytes).digest('hex')
  return `${HEADER}
export const REVIEWER_WEIGHTS = {
  bias: ${bias.toFixed(6)},
  scale: ${scale.toPrecision(8)},
  threshold: ${threshold.toFixed(3)},
  sha256: '${digest}',
  base64:
    '${bytes.toString('base64')}',
}
`
}
