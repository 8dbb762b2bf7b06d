import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { closing } from '../../src/app/closing.ts'
import { compose } from '../../src/app/compose.ts'
import { recordEvent } from '../../src/app/record-event.ts'
import { openToolTrust } from '../../src/app/tools/open-tool-trust.ts'
import type { ToolDesk } from '../../src/app/tools/tool-desk.ts'
import { BY_OPERATOR as by } from '../../src/kernel/receipt/event-draft.ts'
import { loadText } from '../support/config-text.ts'
import { scratch } from '../support/scratch.ts'
import { silentLog } from '../support/silent-log.ts'
import { definedTool, standingOf } from '../support/tool-desk.ts'

const TOOLS = ['desk.search', 'desk.send', 'desk.read'].map((name) => definedTool(name))
const [SEARCH, SEND] = [definedTool('desk.search'), definedTool('desk.send')]

/** A ledger that goes on, beside pins that are opened again and again. */
async function started(t: TestContext) {
  const { folder, config } = await loadText(t, '')
  mkdirSync(join(folder, 'policies'))
  const { home, close } = await compose(config, silentLog)
  t.after(close)
  const { ports: recorder, tenant, reader } = home
  const dataDir = await scratch(t)
  const pins = join(dataDir, 'tool-pins.db')
  return {
    pins,
    remove() {
      for (const end of ['', '-wal', '-shm']) rmSync(`${pins}${end}`, { force: true })
    },
    async start<T>(work: (desk: ToolDesk) => T | Promise<T>): Promise<T> {
      const opened = closing()
      try {
        reader.refresh()
        const live = { find: () => undefined }
        const parts = { tenant, recorder, live, log: silentLog, reader, opened }
        const { desk } = await openToolTrust({ ...config, dataDir }, parts)
        return await work(desk)
      } finally {
        // Receipts keep their order: with this one all that came before it is durable.
        await recordEvent(recorder, { name: 'policy.reload_requested', detail: 'now' })
        await opened.close()
      }
    },
    alerts() {
      reader.refresh()
      const found = [...reader.of().receipts({ filter: { event: 'tool.pins_lost' } })]
      return found.map(({ kind, event }) => `${kind} ${event?.detail} (${event?.count})`)
    },
  }
}

const standings = (desk: ToolDesk) => {
  desk.listed(TOOLS)
  return TOOLS.map((tool) => standingOf(desk, tool))
}

test('who takes the pins away has nothing trusted at first use again', async (t) => {
  const { start, remove, alerts } = await started(t)
  assert.deepEqual(new Set(await start(standings)), new Set(['trusted']))
  remove()
  await start(async (desk) => {
    assert.deepEqual(new Set(standings(desk)), new Set(['TOOL_UNREVIEWED']))
    assert.deepEqual(alerts(), ['alert the pins of desk are gone (1)'])
    await desk.approve(SEARCH, desk.book.known(SEARCH).seen.fingerprint, { by })
    // A server that was never pinned is as new as it was before.
    assert.equal(standingOf(desk, definedTool('web.fetch')), 'trusted')
  })
  const after = ['trusted', 'TOOL_UNREVIEWED', 'TOOL_UNREVIEWED']
  assert.deepEqual(await start(standings), after)
})

test('who writes into them makes nothing trusted, and what is whole stays so', async (t) => {
  const { start, pins, remove, alerts } = await started(t)
  await start(standings)
  const db = new DatabaseSync(pins)
  db.exec(`UPDATE definitions SET definition = '{"name":"search"}' WHERE tool = 'search'`)
  db.exec(`UPDATE pins SET state = 'trust me' WHERE tool = 'read'`)
  db.close()
  await start((desk) => {
    assert.equal(standingOf(desk, SEND), 'trusted')
    assert.deepEqual(standings(desk), ['TOOL_UNREVIEWED', 'trusted', 'TOOL_UNREVIEWED'])
    assert.deepEqual(alerts(), ['alert rows of the pins cannot be read (2)'])
  })
  remove()
  writeFileSync(pins, 'not a database')
  await assert.rejects(start(standings), { code: 'TOOL_PINS_UNAVAILABLE' })
})
