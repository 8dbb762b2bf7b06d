import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { JsonObject } from '../../src/kernel/json/value.ts'
import { fingerprintOf } from '../../src/kernel/tools/fingerprint.ts'
import { runPortcullis } from '../support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'
import {
  FINDS_AN_ORDER,
  FINDS_NOTHING,
  openAiAnswer,
  type Reply,
  scriptedModel,
} from '../support/scripted-model.ts'
import { httpUpstream } from '../support/upstreams/http-upstream.ts'

const KEY = 'sk-very-secret'
const SEARCH: JsonObject = {
  ...{ name: 'search', description: 'Searches the web. Costs nothing.' },
  inputSchema: { type: 'object' },
}
const FINGERPRINT = fingerprintOf(SEARCH) ?? ''
const NAMED = { tool: 'web.search', fingerprint: FINGERPRINT }

interface Setup {
  readonly reply?: Reply
  readonly policy?: string
}

/** A runtime whose one tool waits for a review, and the model that it asks. */
async function reviewed(t: TestContext, { reply, policy = '' }: Setup = {}) {
  const upstream = await httpUpstream(t, {
    'tools/list': ({ reply }) => reply({ tools: [SEARCH] }),
  })
  const usual: Reply = (asked, response) => response.end(openAiAnswer(FINDS_AN_ORDER(asked)))
  const model = await scriptedModel(t, reply ?? usual)
  const more = `[servers.web]
transport = "http"
url = "${upstream.url}"
trust = "review"
[tools.reviewer]
kind = "openai"
url = "${model.url}"
model = "m-1"
key = "\${REVIEWER_KEY}"
timeout = "5s"`
  const env = { REVIEWER_KEY: KEY }
  const running = await runRuntime({ policy, agents: ['sales'], more, env })
  t.after(() => running.close())
  const review = (...args: readonly string[]) =>
    runPortcullis(['tools', 'review', ...args], { cwd: running.folder })
  return { running, model, review }
}

/** What is receipted about it: decisions and effects by operation, events by name. */
function told({ receipts }: RunningRuntime): readonly string[] {
  return receipts().flatMap(({ action, decision, effect, event }) => {
    if (event?.name === 'tool.reviewed') return [event.name]
    if (action?.operation !== 'admin.tools.read') return []
    return [`${decision?.effect ?? 'effect'} ${effect?.state ?? ''}`.trim()]
  })
}

test('a model is asked about one tool, and its answer is shown once it is recorded', async (t) => {
  const { running, model, review } = await reviewed(t)
  const { exit, stdout } = await review('web.search', '--ask')
  assert.equal(exit, 1)
  assert.match(stdout, /^web\.search is pending$/m)
  assert.match(stdout, /^ {2}risk [\d.]+ of all it says, recommended: \w+$/m)
  const [first, second] = ['orders', 'describes'].map((question) => {
    const asked = model.seen.find(({ aboutOrders }) => aboutOrders === (question === 'orders'))
    return question === 'orders' ? asked?.yes : asked?.no
  })
  assert.ok(stdout.includes(`  m-1 says suspicious of all it says\n    gives orders: "${first}"\n`))
  assert.ok(stdout.includes(`    only describes: "${second}"\n    asked    sha256:`))
  assert.ok(stdout.includes(`$ portcullis tools approve web.search --fingerprint ${FINGERPRINT}`))

  assert.equal(model.seen.length, 2)
  for (const { body } of model.seen) assert.ok(body.includes('Costs nothing.'))
  assert.deepEqual(told(running), ['allow dispatched', 'tool.reviewed', 'effect confirmed'])
  const receipt = running.receipts().find(({ event }) => event?.name === 'tool.reviewed')
  assert.deepEqual(receipt?.actor, [{ kind: 'service', id: 'operator', via: 'admin-socket' }])
  const { prompt, ...detail } = { prompt: receipt?.event?.digest, ...detailOf(receipt) }
  assert.deepEqual(detail, {
    ...{ ...NAMED, verdict: 'suspicious', model: 'm-1', answers: [first, second] },
  })
  assert.ok(stdout.includes(`asked    ${prompt}`))
})

function detailOf(receipt: ReturnType<RunningRuntime['receipts']>[number] | undefined): object {
  return JSON.parse(receipt?.event?.detail ?? '{}')
}

test('nothing is sent before the receipt that says who sends it', async (t) => {
  const before: (readonly string[])[] = []
  const { running } = await reviewed(t, {
    reply(asked, response) {
      before.push(told(running))
      response.end(openAiAnswer(FINDS_NOTHING(asked)))
    },
  })
  const { exit, stdout } = await runPortcullis(
    ['tools', 'review', 'web.search', '--ask', '--json'],
    { cwd: running.folder },
  )
  assert.deepEqual(before, [['allow dispatched'], ['allow dispatched']])
  const { tools, more } = JSON.parse(stdout)
  const { verdict, reason, model, answers, prompt, ...named } = tools[0].reading
  assert.deepEqual([verdict, reason, model, answers.length], ['harmless', undefined, 'm-1', 2])
  assert.match(prompt, /^sha256:[0-9a-f]{64}$/)
  assert.deepEqual(named, NAMED)
  assert.deepEqual([tools.length, more, tools[0].state, exit], [1, 0, 'pending', 1])
})

test('the key is in no answer, no error and no receipt, whatever the endpoint says', async (t) => {
  const says: Reply = ({ headers }, response) =>
    response.end(openAiAnswer(`you sent ${headers.authorization}`))
  const { running, model, review } = await reviewed(t, { reply: says })
  const { stdout, stderr } = await review('web.search', '--ask')
  assert.equal(model.seen[0]?.headers.authorization, `Bearer ${KEY}`)
  assert.match(stdout, /undecided of all it says: an answer is none of the two words/)
  assert.match(stdout, /gives orders: "you sent Bearer \[key\]"/)
  assert.ok(!`${stdout}${stderr}${JSON.stringify(running.receipts())}`.includes(KEY))
})

test('an endpoint that fails is told, and receipted as no reading', async (t) => {
  const { running, review } = await reviewed(t, {
    reply: (_, response) => response.writeHead(429).end(`${KEY} is over its limit`),
  })
  const { exit, stdout, stderr } = await review('web.search', '--ask')
  assert.deepEqual([exit, stdout], [2, ''])
  assert.match(stderr, /the reviewer answered 429\n {2}TOOL_READER_FAILED/)
  assert.ok(!stderr.includes(KEY))
  assert.deepEqual(told(running), ['allow dispatched', 'effect failed'])
})

test('what was not reviewed, or is not known, is not sent', async (t) => {
  const { running, model, review } = await reviewed(t, {})
  const { operations } = running.runtime
  const stale = { tool: 'web.search', fingerprint: `sha256:${'0'.repeat(64)}` }
  await assert.rejects(operations.readTool(stale), { code: 'TOOL_FINGERPRINT_STALE' })
  await assert.rejects(operations.readTool({ ...NAMED, tool: 'web.x' }), { code: 'TOOL_UNKNOWN' })
  assert.match((await review('web', '--ask')).stderr, /no tool `web` was ever seen/)
  assert.match((await review('--ask')).stderr, /name the tool to ask about\n {2}REQUEST_INVALID/)
  assert.equal(model.seen.length, 0)
})

test('a policy that denies it keeps it from being sent', async (t) => {
  const policy = 'policy p { deny: admin.tools.read }'
  const { running, model, review } = await reviewed(t, { policy })
  assert.match((await review('web.search', '--ask')).stderr, /POLICY_DENIED/)
  assert.equal(model.seen.length, 0)
  assert.deepEqual(told(running), ['deny'])
})

test('without a reviewer it says what to configure', async (t) => {
  const running = await runRuntime({ policy: '', agents: ['sales'] })
  t.after(() => running.close())
  const { exit, stderr } = await runPortcullis(['tools', 'review', 'desk.echo', '--ask'], {
    cwd: running.folder,
  })
  assert.equal(exit, 2)
  assert.match(stderr, /TOOL_READER_NOT_CONFIGURED: set `\[tools\.reviewer\]` in the conf/)
})
