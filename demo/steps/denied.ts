import type { Cast } from '../cast.ts'
import { posted } from '../stage.ts'
import type { Evidence } from '../terminal.ts'

export const title = 'research tries both: denied as it happens, by this line'

/** The part of a watch event that this step shows. */
interface Denial {
  readonly agent: string
  readonly operation: string
  readonly decision: string
  readonly policy: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
  readonly receipt: string
  readonly ms: number
}

export async function play({ stage, research, watch }: Cast): Promise<Evidence & { ok: boolean }> {
  const before = posted(stage).length
  const seen = watch.next((event) => event.agent === 'research' && event.decision === 'deny', 2)
  const post = await research.call('slack.post_message', { channel: '#orders', text: 'hi' })
  const read = await research.call('memory.read', { namespace: 'CRM.customers' })
  const denials = (await seen) as unknown as Denial[]
  const [first] = denials
  if (first === undefined) throw new Error('no denial was seen')
  const paper = await research.call('files.read_text_file', { path: stage.paper })
  const { receipts } = await stage.operator<{ receipts: { decision: { version: string } }[] }>([
    'ledger',
    'show',
    first.receipt,
  ])
  const { policy, file, line, column, text } = first
  return {
    ok:
      post.isError === true &&
      read.isError === true &&
      denials.length === 2 &&
      paper.isError !== true &&
      posted(stage).length === before,
    policy,
    version: receipts[0]?.decision.version,
    file,
    line,
    column,
    text,
    agentHeard: post.content[0]?.text,
    agentMayStill: paper.content[0]?.text,
    denials,
    shown: [
      ...denials.flatMap((denial) => [
        `${denial.agent} ${denial.operation}: ${denial.decision}` +
          ` by policy ${denial.policy} in ${denial.ms} ms`,
        `  --> ${denial.file}:${denial.line}:${denial.column}`,
        `   | ${denial.text}`,
        `   | ${' '.repeat(denial.column - 1)}^`,
      ]),
      `research was told      ${post.content[0]?.text}`,
      `research may still read ${paper.content[0]?.text?.trim()} (the filesystem server)`,
      'Proves: the runtime decides, live, and names the policy line; the agent learns no rule.',
    ],
  }
}
