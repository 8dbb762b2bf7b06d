import type { Cast } from '../cast.ts'
import { posted } from '../stage.ts'
import type { Evidence } from '../terminal.ts'

export const title =
  'sales posts to Slack and reads CRM.customers: both allowed, addresses redacted'

export async function play({ stage, sales }: Cast): Promise<Evidence & { ok: boolean }> {
  const text = 'Order shipped; questions to ada@lovelace.example'
  const post = await sales.call('slack.post_message', { channel: '#orders', text })
  const read = await sales.call('memory.read', { namespace: 'CRM.customers' })
  const [received] = posted(stage)
  const records = JSON.stringify(read.structuredContent)
  const ok =
    post.isError !== true &&
    received?.text === 'Order shipped; questions to [redacted:email]' &&
    records.includes('Ada Byron') &&
    records.includes('[redacted:email]') &&
    !records.includes('ada@')
  return {
    ok,
    slackReceived: received,
    salesReceived: read.structuredContent,
    shown: [
      `Slack received    ${received?.text}`,
      `sales received    ${records}`,
      'Proves: an allowed call passes, and what the policy redacts reaches neither side.',
    ],
  }
}
