import type { WatchEvent } from '../client/admin-client.ts'
import { visible } from '../kernel/text/visible.ts'

const WIDTHS = { time: 12, agent: 12, action: 34, decision: 12, ms: 9 } as const

/** Names of the columns. */
export const WATCH_HEADER = row({
  ...{ time: 'TIME', agent: 'AGENT', action: 'ACTION', decision: 'DECISION', ms: 'MS' },
  reason: 'BECAUSE',
})

interface Cells {
  readonly time: string
  readonly agent: string
  readonly action: string
  readonly decision: string
  readonly ms: string
  readonly reason: string
}

/** An event as a line of the table, in colour for terminals. */
export function watchLine(event: WatchEvent, { colour }: { colour: boolean }): string {
  const decision = (event.decision ?? event.state ?? 'alert').replaceAll('_', ' ')
  const line = row({
    time: localTime(event.time),
    agent: visible(event.agent) || '-',
    action: visible(actionOf(event)) || '-',
    decision: decision === 'allow with conditions' ? 'conditions' : decision,
    ms: event.ms === undefined ? '' : event.ms.toFixed(2),
    reason: visible(reasonOf(event)),
  })
  return colour ? `\u001b[${COLOURS[colourOf(event)]}m${line}\u001b[0m` : line
}

function row({ time, agent, action, decision, ms, reason }: Cells): string {
  const cells = [
    time.padEnd(WIDTHS.time),
    agent.padEnd(WIDTHS.agent),
    action.padEnd(WIDTHS.action),
    decision.padEnd(WIDTHS.decision),
    ms.padStart(WIDTHS.ms),
    reason,
  ]
  return cells.join('  ').trimEnd()
}

/** A tool is its own resource; of a record, the namespace matters. Without either, the event. */
function actionOf({ operation, resource, event = '' }: WatchEvent): string {
  if (operation === '') return event
  return operation === resource ? operation : `${operation} ${resource}`.trim()
}

/** The rule that settled it; without one, the code; of an event, what there is to say of it. */
function reasonOf({ file, line, column, policy, code, detail, observed }: WatchEvent): string {
  const reason = file === undefined ? (code ?? detail ?? '') : `${file}:${line}:${column} ${policy}`
  return observed === undefined ? reason : `${reason} ${observedText(observed)}`.trimStart()
}

/** Only observed: it must not look like what happened. */
function observedText(observed: NonNullable<WatchEvent['observed']>): string {
  const { decision, file, line, column } = observed
  const place = file === undefined ? '' : `, ${file}:${line}:${column}`
  return `[observe mode: would ${decision.replaceAll('_', ' ')}${place}]`
}

function localTime(iso: string): string {
  const time = new Date(iso)
  return `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

const COLOURS = { red: 31, green: 32, yellow: 33, dim: 2 } as const

function colourOf({ decision, state }: WatchEvent): keyof typeof COLOURS {
  if (decision === 'deny' || decision === 'refused') return 'red'
  if (decision === undefined && state === undefined) return 'red'
  if (decision === 'allow') return 'green'
  if (decision === 'allow_with_conditions' || decision === 'require_approval') return 'yellow'
  return state === 'confirmed' ? 'dim' : 'yellow'
}
