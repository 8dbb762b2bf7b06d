import { startAgent } from '../agent-process.ts'
import type { Cast } from '../cast.ts'
import { slowCall } from '../slow-call.ts'
import { posted } from '../stage.ts'
import type { Evidence } from '../terminal.ts'

export const title = 'sales is killed with SIGKILL in the middle of a call: the policy still stands'

export async function play({
  stage,
  sales,
  salesSettings,
  watch,
}: Cast): Promise<Evidence & { ok: boolean }> {
  const dispatched = watch.next(
    (event) => event.operation === 'slack.post_digest' && event.state === 'dispatched',
  )
  const call = await slowCall(stage, sales, 'the daily digest')
  const [intent] = await dispatched
  await sales.kill()

  const settled = watch.next(
    (event) => event.operation === 'slack.post_digest' && event.state === 'confirmed',
  )
  call.release()
  const [outcome] = await settled
  const happened = posted(stage).some(({ text }) => text === 'the daily digest')

  const fresh = await startAgent(salesSettings)
  const denial = watch.next((event) => event.agent === 'sales' && event.decision === 'deny')
  const forbidden = await fresh.call('memory.read', { namespace: 'HR.salaries' })
  const [denied] = await denial
  await fresh.kill()
  return {
    ok: happened && outcome?.state === 'confirmed' && forbidden.isError === true,
    intent,
    outcome,
    denied,
    shown: [
      `killed after receipt ${intent?.seq} (dispatched); ` +
        `the runtime went on and wrote receipt ${outcome?.seq} (confirmed)`,
      `a fresh process with the same token asks for HR.salaries: ${denied?.decision}`,
      `  --> ${denied?.file}:${denied?.line}:${denied?.column}  ${denied?.text}`,
      'Proves: the policy lives in the runtime; killing the agent or its SDK changes nothing.',
    ],
  }
}
