import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { PinBook } from '../../src/app/tools/pin-book.ts'
import { ToolDesk } from '../../src/app/tools/tool-desk.ts'
import { PortcullisError } from '../../src/kernel/errors.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import type { TrustMode } from '../../src/kernel/tools/pin.ts'
import type { DefinedTool, ToolSignatures } from '../../src/pipeline/ports.ts'
import { openToolPins, type ToolPinsFile } from '../../src/stores/tool-pins/tool-pins-file.ts'
import { scratch } from './scratch.ts'
import { silentLog } from './silent-log.ts'

/** A tool of a server with a definition that says at least its name. */
export function definedTool(name: string, definition: JsonObject = {}): DefinedTool {
  const [server = '', ...rest] = name.split('.')
  const tool = rest.join('.')
  return {
    server,
    tool,
    definition: { name: tool, inputSchema: { type: 'object' }, ...definition },
  }
}

/** A desk over a real file, whose ledger is in view and can be sealed. */
export async function toolDesk(
  t: TestContext,
  trust: TrustMode = 'first_use',
  signatures?: Pick<ToolSignatures, 'known'>,
) {
  const path = join(await scratch(t), 'tool-pins.db')
  const receipts: ReceiptDraft[] = []
  const ledger = { sealed: false }
  const append = async (draft: ReceiptDraft) => {
    if (ledger.sealed) throw new PortcullisError('LEDGER_UNAVAILABLE', 'sealed')
    receipts.push(draft)
    return { id: draft.id, seq: 0 }
  }
  const recorder = {
    ...{ ledger: { append }, clock: { now: () => 2_000 }, ids: { next: () => 'id' } },
  }
  let file: ToolPinsFile | undefined
  t.after(() => file?.close())
  const close = () => {
    file?.close()
    file = undefined
  }
  const open = () => {
    file = openToolPins(path)
    const book = new PinBook(file, () => trust)
    return new ToolDesk({ book, recorder, log: silentLog, signatures })
  }
  return {
    ...{ desk: open(), path, ledger, recorder, close },
    /** The same after a restart. */
    again() {
      close()
      return open()
    },
    told: () => receipts.map(({ event }) => `${event?.name} ${event?.detail}`),
  }
}

/** `trusted`, or the code that it is refused with. */
export function standingOf(desk: ToolDesk, tool: DefinedTool): string {
  const standing = desk.standing(tool)
  return standing.state === 'trusted' ? standing.state : standing.code
}
