import assert from 'node:assert/strict'
import type { AdminOperations } from '../../src/inbound/admin/admin-operations.ts'
import { callOf, type RawMcp, rawMcp } from './raw-mcp.ts'
import { GLOBEX, type TwoTenants } from './two-tenants.ts'

/** What somebody of the tenant `acme` has got hold of: ids and names that only `globex` has. */
export interface Known {
  readonly approval: string
  readonly receipt: string
  readonly hold: string
  readonly session: string
  readonly agent: string
  readonly member: string
  readonly user: string
  readonly apiToken: string
  readonly approver: string
  readonly budget: string
  readonly namespace: string
  readonly version: string
  readonly subject: string
}

/** The same of nobody: each is spelt as one that somebody has. */
export const UNKNOWN: Known = {
  approval: '01a1b2c3-0000-7000-8000-000000000000',
  receipt: '01a1b2c3-0000-7000-8000-000000000001',
  hold: '01a1b2c3-0000-7000-8000-000000000002',
  session: 'AAAAAAAAAAAAAAAAAAAAAAAA',
  agent: 'bot-of-nobody',
  member: 'ada-of-nobody',
  user: 'eve-of-nobody',
  apiToken: '01a1b2c3-0000-7000-8000-000000000003',
  approver: 'boss-of-nobody',
  budget: 'of_nobody',
  namespace: 'only-nobody',
  version: `sha256:${'0'.repeat(64)}`,
  subject: 'agent:bot-of-nobody',
}

export interface KnownOfGlobex {
  readonly known: Known
  readonly operations: AdminOperations
  /** The session itself, which stays open. */
  readonly mcp: RawMcp
}

/** Makes one of each in `globex`: a held call, a kept payload, a hold, a session, a version. */
export async function knownOfGlobex(running: TwoTenants): Promise<KnownOfGlobex> {
  const operations = running.runtime.operationsOf(GLOBEX) ?? assert.fail()
  const mcp = await rawMcp(running.runtime.address, await running.token(GLOBEX))
  const read = await mcp.post(callOf('memory.read', { namespace: 'notes', key: 'secret' }))
  assert.match(await read.text(), /the secret of globex/)
  void mcp
    .post(callOf('memory.write', { namespace: 'notes', key: 'k', value: 1 }))
    .catch(() => undefined)
  const { id: hold } = await operations.addHold({ reason: 'a case of globex' })
  const user = 'eve-of-globex'
  await operations.addUser({ name: user, password: 'kaffee um halb acht' })
  const { id: apiToken } = await operations.createApiToken({ service: 'ci', scopes: ['*'] })
  const approval = await heldOf(operations)
  const receipts = running.receipts(GLOBEX)
  const receipt = receipts.find(({ in: input }) => input?.sealed === true)?.id
  const session = operations.sessions().sessions.find(({ kind }) => kind === 'mcp')?.id
  const { policy } = await operations.status()
  assert.ok(receipt && session)
  return {
    ...{ operations, mcp },
    known: {
      ...{ approval, receipt, hold, session, version: policy.version, user, apiToken },
      ...{ agent: 'bot-of-globex', member: 'ada-of-globex', approver: 'boss-of-globex' },
      ...{ budget: 'of_globex', namespace: 'only-globex', subject: 'agent:bot' },
    },
  }
}

async function heldOf(operations: AdminOperations): Promise<string> {
  for (;;) {
    const [held] = operations.listApprovals({}).approvals
    if (held !== undefined) return held.id
    await new Promise((resolve) => setImmediate(resolve))
  }
}
