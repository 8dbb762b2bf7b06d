import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { APPROVERS, heldCall, textOf, vote } from '../support/held-call.ts'
import { runPortcullis } from '../support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `
approval supervisor_approval { approver: role("supervisor"), ttl: 10m }
policy desk {
  allow: desk.echo
  require: supervisor_approval for desk.echo
}
`

let running: RunningRuntime
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'legal'], more: APPROVERS })
})
after(() => running.close())

test('what waits about somebody who is erased is void at once, and shows nothing', async () => {
  const [sales, legal] = [await running.agent('sales'), await running.agent('legal')]
  const mine = await heldCall(sales, 'pay zwetschkenknödel')
  const other = await heldCall(legal, 'pay marillenknödel')
  for (const name of ['state.db', 'state.db-wal']) {
    const bytes = readFileSync(join(running.folder, '.portcullis', name))
    assert.equal(bytes.includes('zwetschken'), false, name)
  }
  const { operations } = running.runtime
  assert.match(operations.showApproval(mine.request).arguments, /zwetschken/)
  await operations.eraseSubject({ subject: 'agent:sales' })
  assert.match(textOf(await mine.answer), /APPROVAL_VOID/)
  const { state, arguments: args, erased } = operations.showApproval(mine.request)
  assert.deepEqual([state, args, erased], ['void', '', true])
  await assert.rejects(vote(running, 'approve', mine), { code: 'APPROVAL_VOID' })
  const ended = running.receipts().filter(({ kind }) => kind === 'approval' || kind === 'erasure')
  assert.deepEqual(
    ended.slice(-2).map(({ event, approval }) => [event?.name, event?.detail, approval?.request]),
    [
      ['approval.void', 'whom it is about was erased', mine.request],
      ['subject.erased', '', undefined],
    ],
  )
  assert.equal(operations.showApproval(other.request).state, 'pending')
  await running.restart()
  const cwd = { cwd: running.folder }
  const { stdout } = await runPortcullis(['approvals', 'show', mine.request], cwd)
  assert.match(stdout, /state +void\n[\s\S]*arguments +erased, with whom they are about\n/)
  assert.match(running.runtime.operations.showApproval(other.request).arguments, /marillen/)
  await other.answer.catch(() => undefined)
})
