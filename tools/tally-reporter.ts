/** A reporter for node:test: one JSON line per test, for `run-tests.ts` to count. */
import type { TestEvent } from 'node:test/reporters'

interface TestResult {
  readonly name: string
  readonly skip?: string | boolean
  readonly todo?: string | boolean
  readonly details: { readonly type?: string | undefined }
}

async function* tally(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type === 'test:pass') yield line('passed', event.data)
    if (event.type === 'test:fail') yield line('failed', event.data)
  }
}

/** A suite is counted by its tests. A test that did not run is neither passed nor failed. */
function line(verdict: 'passed' | 'failed', { name, details, skip, todo }: TestResult): string {
  if (details.type === 'suite') return ''
  const unrun = skip ?? todo
  if (unrun === undefined || unrun === false) return `${JSON.stringify({ verdict, name })}\n`
  const reason = typeof unrun === 'string' ? ` (${unrun})` : ''
  return `${JSON.stringify({ verdict: 'skipped', name: `${name}${reason}` })}\n`
}

// biome-ignore lint/style/noDefaultExport: node:test takes a reporter by its default export
export default tally
