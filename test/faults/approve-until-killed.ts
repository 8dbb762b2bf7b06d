/**
 * One action that needs approval, through the guard, over a real ledger and real requests for
 * approval; the process kills itself at a point of the way. The effect is a line in `effects`.
 *
 *   node approve-until-killed.ts FOLDER POINT [vote]
 *
 * With `vote` the action is approved as soon as it is held. Says what came of the action.
 */
import { appendFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemAlarm, systemClock, uuidIds } from '../../src/app/system-ports.ts'
import { DEFAULT_TENANT } from '../../src/kernel/identity/tenant.ts'
import { ApprovalDesk } from '../../src/pipeline/approvals/desk.ts'
import { guard } from '../../src/pipeline/guard.ts'
import type { Ports } from '../../src/pipeline/ports.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { openApprovals } from '../../src/stores/sqlite/approvals.ts'
import { ALLOWED, inMemoryPorts, SALES } from '../support/in-memory-ports.ts'
import { inMemorySeal } from '../support/in-memory-seal.ts'
import { demanded, SUPERVISOR, voter } from '../support/sample-approvals.ts'
import { SAMPLE_SIGNER } from '../support/sample-log.ts'
import { silentLog } from '../support/silent-log.ts'

const [folder = '', point = '', voting] = process.argv.slice(2)
const die = (here: string) => {
  if (here === point) process.kill(process.pid, 'SIGKILL')
}

const HELD = {
  ...ALLOWED,
  effect: 'require_approval',
  reason: 'approval_required',
  approvals: [demanded(SUPERVISOR)],
} as const

const clock = systemClock
const ids = uuidIds(clock)
const directory = join(folder, 'ledger')
const signers = { active: SAMPLE_SIGNER }
const opened = await openLedger({ directory, signers, log: silentLog, clock, ids })
const ledger: Ports['ledger'] = {
  async append(draft) {
    const name = draft.event?.name ?? draft.effect?.state ?? draft.kind
    die(`before ${name}`)
    const place = await opened.append(draft)
    die(`after ${name}`)
    return place
  },
}
const store = openApprovals(join(folder, 'state.db'), {
  ...{ tenant: DEFAULT_TENANT, seal: inMemorySeal(), pseudonymOf: () => undefined },
})
const approvals = new ApprovalDesk({
  ...{ store, ledger, clock, ids, alarm: systemAlarm, log: silentLog, limits: { waitMs: 200 } },
  policyVersion: () => ALLOWED.version,
})
let asked = 0
const ports: Ports = {
  ...inMemoryPorts({
    decide({ approved }) {
      if (approved === undefined) return HELD
      die('deciding again')
      return ALLOWED
    },
  }),
  ...{ ledger, clock, ids, approvals },
  identities: {
    async verify() {
      if (asked++ > 0) die('between the grant and its use')
      return SALES
    },
  },
  connector: {
    async execute() {
      die('before the effect')
      appendFileSync(join(folder, 'effects'), 'done\n')
      die('after the effect')
      return {}
    },
  },
}
const outcome = await guard(
  {
    action: { kind: 'tool.call', server: 'bank', tool: 'transfer', args: { amount: 100 } },
    credential: { kind: 'bearer', token: 'good' },
    channel: { door: 'mcp', peer: '-', run: 's1' },
    onHeld({ request, given }) {
      if (given > 0 || voting === undefined) return
      void approvals.vote(request, { voter: voter('ada'), verdict: 'approve' })
    },
  },
  ports,
)
writeSync(1, 'code' in outcome ? outcome.code : outcome.kind)
await approvals.close()
store.close()
await opened.close()
