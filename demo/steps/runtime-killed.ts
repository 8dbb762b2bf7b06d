import { startAgent } from '../agent-process.ts'
import { type Cast, startWatch } from '../cast.ts'
import { slowCall } from '../slow-call.ts'
import type { Evidence } from '../terminal.ts'

export const title =
  'the runtime itself is killed with SIGKILL mid-call and restarted: no gap, nothing forgotten'

interface Receipt {
  readonly id: string
  readonly seq: number
  readonly kind: string
  readonly action?: { readonly operation: string }
  readonly effect?: { readonly state: string; readonly of?: string }
}

export async function play(cast: Cast): Promise<Evidence & { ok: boolean }> {
  const { stage, salesSettings } = cast
  const sales = await startAgent(salesSettings)
  const dispatched = cast.watch.next(
    ({ operation, state }) => operation === 'slack.post_digest' && state === 'dispatched',
  )
  const call = await slowCall(stage, sales, 'the evening digest')
  const [intent] = await dispatched
  await stage.runtime.kill()
  call.release()
  await Promise.all([sales.kill(), cast.watch.close()])

  await stage.restart()
  cast.watch = await startWatch(stage.folder)
  const { receipts } = await stage.operator<{ receipts: Receipt[] }>([
    'ledger',
    'show',
    '--limit',
    '100000',
  ])
  const decision = receipts.find(({ id }) => id === intent?.receipt)
  const outcome = receipts.find(({ effect }) => effect?.of === decision?.id)
  const states = [decision?.effect?.state, outcome?.effect?.state]
  const dense = [...receipts].sort((a, b) => a.seq - b.seq).every(({ seq }, index) => seq === index)
  const verified = await stage.operator<{ ok: boolean; receipts: number }>(
    ['ledger', 'fsck'],
    [0, 1],
  )
  return {
    ok: dense && verified.ok && states.join() === 'dispatched,unknown',
    decision,
    outcome,
    states,
    size: verified.receipts,
    shown: [
      `receipt ${decision?.seq} (${decision?.action?.operation}) reads ${states.join(', ')}` +
        ` since receipt ${outcome?.seq}`,
      `the ledger of ${verified.receipts} receipts is dense and verifies`,
      'Proves: what was acknowledged is on disk, and what nobody can know is called unknown.',
    ],
  }
}
