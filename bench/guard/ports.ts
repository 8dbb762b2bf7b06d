import { join } from 'node:path'
import { configuredAssurances } from '../../src/app/assurances.ts'
import { OBLIGATIONS } from '../../src/app/obligations.ts'
import {
  agentTokens,
  openKeys,
  openLedger,
  openPayloads,
  openUsage,
  readLedger,
  recordRequests,
} from '../../src/app/parts.ts'
import { systemAlarm, systemClock, uuidIds } from '../../src/app/system-ports.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { LabelBook } from '../../src/kernel/labels/label-book.ts'
import { TaskConditions } from '../../src/kernel/mcp/task-conditions.ts'
import { loadPolicies } from '../../src/kernel/policy/load-policies.ts'
import { EMPTY_POLICY_SET } from '../../src/kernel/policy/policy-set.ts'
import { subjectOf } from '../../src/kernel/privacy/subject.ts'
import { AdmissionLimits } from '../../src/pipeline/admission-limits.ts'
import { CrossingWatch } from '../../src/pipeline/crossing-watch.ts'
import type { Log, Ports } from '../../src/pipeline/ports.ts'
import { RefusalWatch } from '../../src/pipeline/refusal-watch.ts'
import { inMemoryDesk } from '../../test/support/in-memory-approvals.ts'

/** Policies loaded beside the one that decides. */
const POLICIES = 1_000

const RESULT = { content: [{ type: 'text', text: 'sent' }] }

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The real ports of a runtime, but for the upstream, which answers at once. */
export async function benchPorts(folder: string) {
  const clock = systemClock
  const ids = uuidIds(clock)
  const keys = await openKeys(join(folder, 'keys'))
  const directory = join(folder, 'ledger')
  const { signers } = keys.keyring
  const ledger = await openLedger({ directory, signers, log: quiet, clock, ids })
  const agent = () => ({ roles: ['sender'] })
  const identities = agentTokens({ origin: keys.origin, ...keys.identity, agent })
  const { set = EMPTY_POLICY_SET } = loadPolicies(
    [{ file: 'bench.policy', text: text() }],
    OBLIGATIONS,
  )
  const usage = openUsage({
    file: join(folder, 'usage.db'),
    ledger: readLedger(directory).of(),
    ...{ budgets: {}, log: quiet, now: clock.now() },
  })
  ledger.subscribe((receipt) => usage.apply(receipt))
  const labels = new LabelBook()
  ledger.subscribe((receipt) => labels.apply(receipt))
  const assurances = configuredAssurances({ memory: {} }, { find: () => undefined }, false)
  const privacy = openPayloads({
    keys: { file: join(folder, 'data-keys.db'), tenant: 'default', tenantKey: keys.digestKey },
    ...{ file: join(folder, 'payloads.db'), origin: ledger.origin, clock },
    ...{ maxBytes: 1_048_576, maxTotalBytes: 1_073_741_824 },
  })
  const recording = recordRequests({
    ...{ file: join(folder, 'requests.db'), log: quiet },
    keys: (pseudonym) => privacy.keys.named(pseudonym)?.requestKey,
    ...{ maxAgeMs: 86_400_000, maxCount: 100_000 },
  })
  const watching = { ledger, clock, ids, alarm: systemAlarm, log: quiet }
  const ports: Ports = {
    ...{ identities, ledger, clock, ids, assurances, usage: usage.book, labels },
    ...{ admissions: new AdmissionLimits(), tasks: new TaskConditions() },
    roles: { rolesOf: () => ['sender'] },
    policies: { current: () => set },
    attributes: { about: () => ({ operation: {}, resource: {}, system: {} }) },
    connector: { execute: async () => RESULT },
    schemas: { checkArguments: () => undefined, checkResult: () => undefined },
    sanitising: () => 'on',
    trust: { standing: () => ({ state: 'trusted' }) },
    approvals: inMemoryDesk({ ledger, ids }),
    digests: privacy,
    payloads: {
      subjectOf: (action, identity) => subjectOf(action, identity, {}),
      keeps: false,
      keep: async () => undefined,
    },
    recordings: recording,
    finality: { witnessed: async () => undefined },
    refusals: new RefusalWatch(watching),
    crossings: new CrossingWatch(watching),
  }
  const close = async () => {
    await recording.close()
    privacy.close()
    await ledger.close()
  }
  const request = {
    tenant: DEFAULT_TENANT,
    agent: 'caller',
    id: 'bench',
    now: clock.now(),
    ttlMs: 3_600_000,
  }
  return { ports, token: await identities.issue(request), close }
}

function text(): string {
  const others = Array.from(
    { length: POLICIES },
    (_, n) => `policy p${n} { allow: t${n % 50}.run if principal.roles.contains("r${n}") }`,
  )
  const own =
    'policy senders { allow: mail.send if principal.roles.contains("sender") && args.to == "team" }'
  return [...others, own].join('\n')
}
