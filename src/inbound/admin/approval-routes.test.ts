import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { adminDoor, ask } from '../../../test/support/admin-door.ts'
import { DETAIL, SUMMARY } from '../../../test/support/sample-approval-views.ts'

test('the list, and one of them, go out as the runtime gives them', async (t) => {
  const { socketPath } = await adminDoor(t, {
    listApprovals: ({ all }) => ({ approvals: all === 'true' ? [SUMMARY, SUMMARY] : [SUMMARY] }),
    showApproval: () => DETAIL,
  })
  const list = await ask(socketPath, 'GET /v1/approvals')
  assert.deepEqual(list, { status: 200, body: { approvals: [SUMMARY] } })
  const all = await ask(socketPath, 'GET /v1/approvals?all=true')
  assert.equal(all.body.approvals.length, 2)
  assert.deepEqual((await ask(socketPath, 'GET /v1/approvals/a1')).body, DETAIL)
})

test('a vote carries the token that was presented, and none where none was', async (t) => {
  const voted: unknown[] = []
  const { socketPath } = await adminDoor(t, {
    async voteApproval(id, ballot, token) {
      voted.push([id, ballot, token])
      return DETAIL
    },
  })
  for (const authorization of ['Bearer t0ken', 'bearer t0ken', 'Basic eDp5', undefined]) {
    const asked = request({
      ...{ socketPath, method: 'POST', path: '/v1/approvals/a1/votes', agent: false },
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    })
    asked.end('{"verdict":"approve","reason":"agreed"}')
    const [response] = await once(asked, 'response')
    response.resume()
    assert.equal(response.statusCode, 200)
  }
  const ballot = { verdict: 'approve', reason: 'agreed' }
  assert.deepEqual(
    voted,
    ['t0ken', 't0ken', undefined, undefined].map((token) => ['a1', ballot, token]),
  )
})

const REFUSED: readonly [what: string, call: string, body?: string][] = [
  ['another verdict', 'POST /v1/approvals/a1/votes', '{"verdict":"maybe"}'],
  ['no verdict', 'POST /v1/approvals/a1/votes', '{}'],
  ['a voter named in the body', 'POST /v1/approvals/a1/votes', '{"verdict":"deny","as":"ada"}'],
  ['a novel', 'POST /v1/approvals/a1/votes', `{"verdict":"deny","reason":"${'x'.repeat(501)}"}`],
  ['an id of a kilobyte', `GET /v1/approvals/${'a'.repeat(99)}`],
  ['another query', 'GET /v1/approvals?every=true'],
  ['a life in words', 'POST /v1/approvers/ada/tokens', '{"ttlMs":"1h"}'],
]

for (const [what, call, body] of REFUSED) {
  test(`${what} is refused before anything is asked`, async (t) => {
    const never = () => assert.fail('it was asked')
    const { socketPath } = await adminDoor(t, {
      ...{ listApprovals: never, showApproval: never },
      ...{ voteApproval: never, issueApproverToken: never },
    })
    const answer = await ask(socketPath, call, body === undefined ? {} : { body })
    assert.ok([400, 404, 414].includes(answer.status ?? 0), String(answer.status))
  })
}

test('an id that is not known is a refusal with its code', async (t) => {
  const { socketPath } = await adminDoor(t)
  const { status, body } = await ask(socketPath, 'GET /v1/approvals/ghost')
  assert.deepEqual([status, body.error.code], [404, 'APPROVAL_UNKNOWN'])
})
