import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PinBook } from '../../src/app/tools/pin-book.ts'
import { ToolDesk } from '../../src/app/tools/tool-desk.ts'
import type { ToolCall } from '../../src/kernel/action.ts'
import { createGate } from '../../src/pipeline/gate.ts'
import { openToolPins } from '../../src/stores/tool-pins/tool-pins-file.ts'
import { benchPorts } from '../guard/ports.ts'
import { measure, type Sample } from '../report.ts'
import { MANY_TOOLS } from './routes.ts'

const LOOKS = 50
const CHANNEL = { door: 'mcp', peer: '127.0.0.1', run: 'bench' }
const SCHEMA = { type: 'object', properties: { message: { type: 'string' } } }

/**
 * What it takes to filter many tools for an agent, by pins and by 1,000 policies: the part of a
 * list that is the runtime's own, without the connection and without the server.
 */
export async function filtering(): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'))
  const { ports, token, close } = await benchPorts(folder)
  const file = openToolPins(join(folder, 'tool-pins.db'))
  const { ledger, clock, ids } = ports
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const book = new PinBook(file, () => 'first_use')
  const trust = new ToolDesk({ book, recorder: { ledger, clock, ids }, log })
  const gate = createGate({ ...ports, trust })
  const identity = await gate.admit({ kind: 'bearer', token }, CHANNEL)
  const actions = Array.from({ length: MANY_TOOLS }, (_, at): ToolCall => {
    const tool = at === 0 ? 'send' : `echo_${at}`
    const definition = { name: tool, description: 'Says it again.', inputSchema: SCHEMA }
    return { kind: 'tool.call', server: 'mail', tool, args: {}, definition }
  })
  try {
    const look = async () => {
      const seen = gate.visible(identity, actions, CHANNEL)
      if (seen.filter(Boolean).length !== 1) throw new Error('the wrong tools were seen')
    }
    await measure(1, LOOKS, look)
    return await measure(1, LOOKS, look)
  } finally {
    await close()
    file.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
