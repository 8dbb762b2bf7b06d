import type { Approval, Approver } from '../../approvals/approval.ts'
import { nearest } from '../../text/nearest.ts'
import type { Diagnostics } from '../language/diagnostics.ts'
import type { ApprovalNode, ApprovalSetting, Expression } from '../language/syntax.ts'

/** How long an approval stands where none is declared, in milliseconds. */
export const DEFAULT_APPROVAL_TTL_MS = 15 * 60_000
/** How long an approval may stand at most, in milliseconds. */
export const MAX_APPROVAL_TTL_MS = 7 * 86_400_000
/** How many may have to approve. */
export const MAX_QUORUM = 20

export const APPROVAL_SETTINGS: readonly string[] = ['approver', 'quorum', 'ttl', 'not', 'escalate']
export const APPROVERS: readonly Approver['by'][] = ['role', 'team', 'principal']

const NOBODY: Approver = { by: 'role', name: '' }

/** Who asks is never among the approvers unless `not: nobody` says so. */
export function readApproval({ name, settings }: ApprovalNode, diagnostics: Diagnostics): Approval {
  const reader = new Reader(diagnostics)
  const found = new Map<string, ApprovalSetting>()
  for (const setting of settings) {
    if (found.has(setting.name.text))
      diagnostics.error({
        ...{ at: setting, message: `a second \`${setting.name.text}\`` },
        hint: 'say it once',
      })
    if (!APPROVAL_SETTINGS.includes(setting.name.text)) reader.unknown(setting)
    found.set(setting.name.text, setting)
  }
  const [approver, quorum, ttl] = ['approver', 'quorum', 'ttl'].map((key) => found.get(key))
  if (approver === undefined) {
    const hint = 'write `approver: role("supervisor")`'
    diagnostics.error({ at: name, message: 'an approval says who approves', hint })
  }
  const ttlMs = reader.number(ttl, MAX_APPROVAL_TTL_MS) ?? DEFAULT_APPROVAL_TTL_MS
  const escalation = reader.escalation(found.get('escalate'), ttlMs)
  return {
    name: name.text,
    approver: approver === undefined ? NOBODY : reader.approver(approver.value),
    quorum: reader.number(quorum, MAX_QUORUM) ?? 1,
    ttlMs,
    notRequester: reader.notRequester(found.get('not')),
    ...(escalation === undefined ? {} : { escalation }),
  }
}

class Reader {
  private readonly diagnostics: Diagnostics

  constructor(diagnostics: Diagnostics) {
    this.diagnostics = diagnostics
  }

  unknown({ name }: ApprovalSetting): void {
    const near = nearest(name.text, APPROVAL_SETTINGS)
    const hint =
      near === undefined ? `there are ${APPROVAL_SETTINGS.join(', ')}` : `did you mean \`${near}\`?`
    this.diagnostics.error({ at: name, message: `unknown setting \`${name.text}\``, hint })
  }

  /** `role("supervisor")`, `team("risk")`, `principal("ada")` */
  approver(value: Expression): Approver {
    const [arg, ...more] = value.kind === 'call' ? value.args : []
    const by = value.kind === 'call' ? APPROVERS.find((it) => it === value.name.text) : undefined
    const name = arg?.kind === 'literal' && typeof arg.value === 'string' ? arg.value : ''
    if (by !== undefined && name !== '' && more.length === 0) return { by, name }
    const hint = 'write `role("supervisor")`, `team("risk")` or `principal("ada")`'
    this.diagnostics.error({ at: value, message: 'expected who may approve', hint })
    return NOBODY
  }

  /** A whole number from 1 up to `most`. */
  number(setting: ApprovalSetting | undefined, most: number): number | undefined {
    if (setting === undefined) return undefined
    const { value } = setting
    const number = value.kind === 'literal' ? value.value : undefined
    if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= most)
      return number
    const message = `\`${setting.name.text}\` is a whole number from 1 to ${most}`
    const hint = setting.name.text === 'ttl' ? 'write a time, as `15m`' : 'write a number, as `2`'
    this.diagnostics.error({ at: value, message, hint })
    return undefined
  }

  notRequester(setting: ApprovalSetting | undefined): boolean {
    if (setting === undefined) return true
    const { value } = setting
    const word = value.kind === 'path' && value.names.length === 0 ? value.root.text : ''
    if (word !== 'requester' && word !== 'nobody') {
      const hint = 'write `not: requester`, or `not: nobody` to let who asks approve'
      this.diagnostics.error({ at: value, message: 'expected `requester` or `nobody`', hint })
    }
    return word !== 'nobody'
  }

  escalation(setting: ApprovalSetting | undefined, ttlMs: number): Approval['escalation'] {
    if (setting === undefined) return undefined
    const { value, after } = setting
    const afterMs = after?.kind === 'literal' ? after.value : undefined
    if (typeof afterMs === 'number' && afterMs >= 1 && afterMs < ttlMs)
      return { approver: this.approver(value), afterMs }
    const hint = 'write `escalate: role("director") after 5m`'
    const message = 'expected after how long, within `ttl`'
    this.diagnostics.error({ at: after ?? value, message, hint })
    return undefined
  }
}
