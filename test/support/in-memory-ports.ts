import type { Action } from '../../src/kernel/action.ts'
import type { Budget } from '../../src/kernel/budget/budget.ts'
import { UsageBook } from '../../src/kernel/budget/usage-book.ts'
import { PortcullisError } from '../../src/kernel/errors.ts'
import type { Identity } from '../../src/kernel/identity/principal.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { LabelBook } from '../../src/kernel/labels/label-book.ts'
import { TaskConditions } from '../../src/kernel/mcp/task-conditions.ts'
import type { Assured } from '../../src/kernel/obligations/assurance.ts'
import type { Decision } from '../../src/kernel/policy/decision.ts'
import type { PolicyRequest } from '../../src/kernel/policy/policy-request.ts'
import type { RecordedRequest } from '../../src/kernel/policy/recorded-request.ts'
import { subjectOf } from '../../src/kernel/privacy/subject.ts'
import { payloadDigest } from '../../src/kernel/receipt/payload-digest.ts'
import type { ReceiptDraft } from '../../src/kernel/receipt/receipt.ts'
import { AdmissionLimits } from '../../src/pipeline/admission-limits.ts'
import type { ApprovalDesk } from '../../src/pipeline/approvals/desk.ts'
import { CrossingWatch } from '../../src/pipeline/crossing-watch.ts'
import type { Ports } from '../../src/pipeline/ports.ts'
import { RefusalWatch } from '../../src/pipeline/refusal-watch.ts'
import { type HandClock, handClock, inMemoryDesk } from './in-memory-approvals.ts'
import { silentLog } from './silent-log.ts'

/** Ports kept in memory, with what went through them in view. */
export interface InMemoryPorts extends Ports {
  readonly usage: UsageBook
  readonly receipts: ReceiptDraft[]
  readonly recorded: RecordedRequest[]
  /** What the upstream really received, in order. */
  readonly received: Action[]
  /** Every step taken, in order: `identify`, `decide`, `append decision`, `execute` … */
  readonly steps: string[]
  /** Where held actions wait. */
  readonly approvals: ApprovalDesk
  readonly refusals: RefusalWatch
  /** Stands still until it is moved. */
  readonly time: HandClock
}

const DIGEST_KEY = new Uint8Array(32)
/** The one pseudonym that everything is about. */
const SUBJECT = '0f'.repeat(16)

export const SALES: Identity = {
  tenant: DEFAULT_TENANT,
  principal: { kind: 'agent', id: 'sales', roles: ['sales'] },
  chain: [{ kind: 'agent', id: 'sales', via: 'bearer-jwt' }],
}

export const ALLOWED: Decision = {
  effect: 'allow',
  reason: 'allowed',
  version: 'sha256:00',
  determining: [
    {
      policy: 'crm',
      rule: 'allow',
      file: 'policies/crm.policy',
      line: 2,
      column: 3,
      text: 'allow: *',
    },
  ],
  obligations: [],
  approvals: [],
  audits: [],
  errors: [],
  nearMisses: [],
}

export const DENIED: Decision = {
  ...ALLOWED,
  effect: 'deny',
  reason: 'explicit_deny',
  determining: [
    {
      policy: 'crm',
      rule: 'deny',
      file: 'policies/crm.policy',
      line: 3,
      column: 3,
      text: 'deny: *',
    },
  ],
}

export interface InMemoryOptions {
  readonly decision?: Decision
  /** Decides in place of `decision`. */
  readonly decide?: (request: PolicyRequest) => Decision
  readonly answer?: JsonObject
  readonly budgets?: Readonly<Record<string, Budget>>
  /** What is proved beyond nothing. */
  readonly assured?: Partial<Assured>
}

/** The only accepted credential is the bearer token `good`; it proves `SALES`. */
export function inMemoryPorts({
  decision = ALLOWED,
  decide = () => decision,
  answer = {},
  budgets = {},
  assured = {},
}: InMemoryOptions = {}): InMemoryPorts {
  const receipts: ReceiptDraft[] = []
  const received: Action[] = []
  const recorded: RecordedRequest[] = []
  const steps: string[] = []
  const usage = new UsageBook(budgets)
  const labels = new LabelBook()
  const time = handClock()
  let nextId = 0
  let ms = 0
  const ids = { next: () => `r${nextId++}` }
  const ledger: Ports['ledger'] = {
    async append(draft) {
      steps.push(`append ${draft.kind}`)
      const seq = receipts.push(draft) - 1
      const receipt = { ...draft, v: 1, log: 'portcullis.example/test', seq } as const
      usage.apply(receipt)
      labels.apply(receipt)
      return { id: draft.id, seq }
    },
  }
  return {
    ...{ time, ids, ledger },
    approvals: inMemoryDesk({ ledger, ids, time, policyVersion: () => decision.version }),
    refusals: new RefusalWatch({ ledger, ids, clock: time, alarm: time.alarm, log: silentLog }),
    receipts,
    recorded,
    received,
    steps,
    admissions: new AdmissionLimits(),
    identities: {
      async verify(credential) {
        steps.push('identify')
        if (credential.kind === 'bearer' && credential.token === 'good') return SALES
        throw new PortcullisError('IDENTITY_INVALID', 'not the good token')
      },
    },
    policies: {
      current: () => ({
        version: decision.version,
        decide(request) {
          steps.push('decide')
          return decide(request)
        },
        mayAllow: () => decision.effect !== 'deny',
      }),
    },
    roles: { rolesOf: () => [] },
    crossings: new CrossingWatch({ ledger, ids, clock: time, alarm: time.alarm, log: silentLog }),
    attributes: { about: () => ({ operation: {}, resource: {}, system: {} }) },
    schemas: { checkArguments: () => undefined, checkResult: () => undefined },
    sanitising: () => 'on',
    trust: { standing: () => ({ state: 'trusted' }) },
    connector: {
      async execute(action) {
        steps.push('execute')
        received.push(action)
        return answer
      },
    },
    recordings: { keep: (request) => void recorded.push(request) },
    clock: { now: time.now, elapsed: () => ms++ },
    usage,
    labels,
    tasks: new TaskConditions(),
    assurances: {
      of: () => ({ tier: 'none', finality: 'durable', stepUps: [], fulfils: [], ...assured }),
    },
    finality: {
      async witnessed() {
        steps.push('await witnesses')
      },
    },
    digests: { digest: (payload) => ({ ...payloadDigest(DIGEST_KEY, payload), subject: SUBJECT }) },
    payloads: {
      subjectOf: (action, identity) => subjectOf(action, identity, {}),
      keeps: false,
      keep: async () => undefined,
    },
  }
}
