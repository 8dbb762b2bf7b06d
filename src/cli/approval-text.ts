import type { ApprovalDetail, ApprovalSummary } from '../client/admin-client.ts'
import { renderExcerpt } from '../kernel/policy/language/excerpt.ts'
import { visible } from '../kernel/text/visible.ts'
import { table } from './table.ts'

type Demand = ApprovalSummary['approvals'][number]

const HEAD = ['ID', 'STATE', 'AGENT', 'ACTION', 'APPROVALS', 'LEFT'] as const

/** Held actions, a line each. */
export function approvalTable(
  listed: readonly ApprovalSummary[],
  { all, now }: { readonly all: boolean; readonly now: number },
): string {
  if (listed.length === 0) {
    return all ? 'no action was ever held' : 'nothing waits for approval; `--all` shows the past'
  }
  const rows = listed.map((held) => [
    ...[held.id, held.state, held.agent, actionOf(held)],
    held.approvals.map(consents).join(', '),
    isOpen(held) ? left(held.expires, now) : '-',
  ])
  return table([HEAD, ...rows])
}

const NOBODY = 'nobody else: see `[approvers.NAME]` in `portcullis.toml`'

/** All that an approver may see of one. */
export function approvalLines(held: ApprovalDetail, now: number): string {
  const { id, state, agent, requested, expires, binding, version, digest, bytes } = held
  const ends = isOpen(held) ? `, ${left(expires, now)} left` : ''
  const facts = [
    ['request', id],
    ['state', isOpen(held) ? `${state}${ends}` : state],
    ['asked by', `agent ${agent}, ${requested}`],
    ['action', actionOf(held)],
    ['arguments', held.erased ? 'erased, with whom they are about' : held.arguments],
    ...(held.cut && !held.erased ? [['', `… cut: ${bytes} bytes in all, ${digest}`]] : []),
    ['expires', expires],
    ...held.approvals.flatMap(needs),
    ...(state === 'pending' ? [['may vote now', held.mayVote.join(', ') || NOBODY]] : []),
    ...held.votes.map((vote, at) => [at === 0 ? 'votes' : '', voteText(vote)]),
    ['bound to', binding],
    ['', `policy version ${version}`],
  ]
  const rules = held.rules.flatMap((rule) => [
    visible(`${rule.approval} is demanded in policy \`${rule.policy}\``),
    ...(rule.says === undefined ? [] : [visible(`  “${rule.says}”`)]),
    ...renderExcerpt(rule),
  ])
  return [table(facts), '', ...rules].join('\n')
}

function isOpen({ state }: Pick<ApprovalSummary, 'state'>): boolean {
  return state === 'pending' || state === 'granted'
}

/** A tool is its own resource; of a record, the namespace matters. */
function actionOf({ operation, resource }: ApprovalSummary): string {
  return operation === resource ? operation : `${operation} ${resource}`
}

function consents({ name, given, quorum, escalation }: Demand): string {
  return `${name} ${given}/${quorum}${escalation?.escalated ? ' escalated' : ''}`
}

function needs(demand: Demand): string[][] {
  const { name, approver, quorum, given, notRequester, escalation } = demand
  const others = notRequester ? ', not the requester' : ''
  const row = ['needs', `${name}: ${given} of ${quorum} of ${approver}${others}`]
  return escalation === undefined ? [row] : [row, ['', escalationText(escalation)]]
}

function escalationText({ approver, at, escalated }: NonNullable<Demand['escalation']>): string {
  return escalated ? `escalated to ${approver} since ${at}` : `escalates to ${approver} ${at}`
}

function voteText({ approver, verdict, at, reason }: ApprovalDetail['votes'][number]): string {
  const said = verdict === 'approve' ? 'approved' : 'denied'
  return `${approver} ${said} ${at}${reason === undefined ? '' : `: ${reason}`}`
}

/** `4m 10s`, in whole seconds. */
function left(until: string, now: number): string {
  const seconds = Math.max(0, Math.floor((Date.parse(until) - now) / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours}h ${minutes}m`
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`
}
