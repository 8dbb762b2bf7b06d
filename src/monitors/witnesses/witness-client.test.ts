import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Agent } from 'undici'
import { handClock } from '../../../test/support/in-memory-approvals.ts'
import { inMemoryLog } from '../../../test/support/in-memory-head-source.ts'
import { cosignatureLine, sampleCosigner } from '../../../test/support/sample-witness.ts'
import { type ScriptedAnswer, scriptedWitness } from '../../../test/support/scripted-witness.ts'
import { judgeAdvance, parseAddCheckpoint } from '../../kernel/tlog/add-checkpoint.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { MAX_ANSWER_BYTES } from './post-checkpoint.ts'
import { MAX_CONFLICTS, REST_MS, WitnessClient } from './witness-client.ts'

const OURS = sampleCosigner('ed25519', 'w.example', '01')
const SECOND = sampleCosigner('ml-dsa-44', 'w.example', '01')
const STRANGER = sampleCosigner('ed25519', 'x.example', '02')
const SIZE_TYPE = 'text/x.tlog.size'
const NOTE = inMemoryLog(20).head(20)
const FORK = inMemoryLog(19).head(19)

type Script = (body: string) => ScriptedAnswer | undefined

async function clientOf(t: TestContext, answer: Script, { size = 20, answerWaitMs = 2_000 } = {}) {
  const witness = await scriptedWitness(t, answer)
  const log = inMemoryLog(size)
  const time = handClock()
  const dispatcher = new Agent()
  t.after(() => dispatcher.destroy())
  const client = new WitnessClient({
    ...{ url: witness.url, source: log, clock: { elapsed: time.now }, dispatcher, answerWaitMs },
    witnesses: [OURS, SECOND].map(({ vkey, key }, index) => ({ name: `w${index}`, vkey, key })),
  })
  return { ...witness, witness, log, time, client, submit: () => client.submit(log.checkpoint()) }
}

const signing: Script = (body) => {
  const { note } = parseAddCheckpoint(body)
  return { status: 200, body: cosignatureLine(note, OURS) }
}

test('a head is brought with its proof, and the answer is verified', async (t) => {
  const { submit, log, received, requests } = await clientOf(t, signing)
  assert.deepEqual(await submit(), { kind: 'cosigned', lines: [cosignatureLine(NOTE, OURS)] })
  log.append('more', 'and more')
  assert.equal((await submit()).kind, 'cosigned')
  assert.deepEqual(requests, Array(2).fill('POST /w/add-checkpoint'))
  const [first, second] = received.map(parseAddCheckpoint)
  assert.deepEqual([first?.oldSize, first?.proof.length, second?.oldSize], [0, 0, 20])
  const [older, newer] = [first, second].map((one) => claimedCheckpoint(one?.note ?? ''))
  assert.ok(second !== undefined && older !== undefined && newer !== undefined)
  assert.equal(judgeAdvance(second, newer, older).kind, 'advance')
})

test('all lines of a witness that signs with two keys are taken, and no stranger’s', async (t) => {
  const lines = [OURS, STRANGER, SECOND].map((one) => cosignatureLine(NOTE, one))
  const { submit } = await clientOf(t, () => ({ status: 200, body: lines.join('') }))
  assert.deepEqual(await submit(), { kind: 'cosigned', lines: [lines[0], lines[2]] })
})

test('a witness that is elsewhere is met where it is', async (t) => {
  let known = 7
  const { submit, received } = await clientOf(t, (body) => {
    if (parseAddCheckpoint(body).oldSize === known) return signing(body)
    return { status: 409, type: SIZE_TYPE, body: `${known}\n` }
  })
  assert.equal((await submit()).kind, 'cosigned')
  known = 20
  assert.equal((await submit()).kind, 'cosigned')
  assert.deepEqual(
    received.map((body) => parseAddCheckpoint(body).oldSize),
    [0, 7, 20],
  )
})

const FORKS: Record<string, [answer: ScriptedAnswer, code: string]> = {
  'a longer ledger': [{ status: 409, type: SIZE_TYPE, body: '21\n' }, 'WITNESS_AHEAD'],
  'another history': [{ status: 422, body: 'no' }, 'WITNESS_INCONSISTENT'],
}

for (const [what, [answer, code]] of Object.entries(FORKS)) {
  test(`a witness that knows ${what} says that there is a fork`, async (t) => {
    const { submit } = await clientOf(t, () => answer)
    const submission = await submit()
    assert.equal(submission.kind === 'forked' && submission.code, code)
  })
}

const ok = (body: string) => ({ status: 200, body })
const FAILURES: Record<string, [answer: ScriptedAnswer | undefined, code: string]> = {
  'signs with a key that nobody knows': [ok(cosignatureLine(NOTE, STRANGER)), 'WITNESS_PROTOCOL'],
  'signs another head': [ok(cosignatureLine(FORK, OURS)), 'CHECKPOINT_UNTRUSTED'],
  'signs twice': [ok(cosignatureLine(NOTE, OURS).repeat(2)), 'CHECKPOINT_UNTRUSTED'],
  'signs without a time': [ok(cosignatureLine(NOTE, OURS, 0)), 'WITNESS_PROTOCOL'],
  'signs nothing': [ok(''), 'CHECKPOINT_INVALID'],
  'sends something else': [ok('<html>'), 'CHECKPOINT_INVALID'],
  'brings a text of its own': [ok(`x\n\n${cosignatureLine(NOTE, OURS)}`), 'WITNESS_PROTOCOL'],
  'sends without end': [ok('x'.repeat(MAX_ANSWER_BYTES + 1)), 'WITNESS_PROTOCOL'],
  'knows no such log': [{ status: 404 }, 'WITNESS_LOG_UNKNOWN'],
  'has another key': [{ status: 403 }, 'WITNESS_SIGNATURE_REFUSED'],
  'takes the request for malformed': [{ status: 400 }, 'WITNESS_PROTOCOL'],
  'sends elsewhere': [{ status: 307, location: '/add-checkpoint' }, 'WITNESS_PROTOCOL'],
  'asks for patience': [{ status: 429 }, 'WITNESS_UNREACHABLE'],
  'breaks down': [{ status: 500 }, 'WITNESS_UNREACHABLE'],
  'names no size': [{ status: 409, type: SIZE_TYPE, body: 'x' }, 'WITNESS_PROTOCOL'],
  'names a size without its line break': [
    { status: 409, type: SIZE_TYPE, body: '7' },
    'WITNESS_PROTOCOL',
  ],
  'names a size in another type': [{ status: 409, body: '7\n' }, 'WITNESS_PROTOCOL'],
}

for (const [what, [answer, code]] of Object.entries(FAILURES)) {
  test(`a witness that ${what} fails with ${code}`, async (t) => {
    const { submit, received } = await clientOf(t, () => answer)
    const submission = await submit()
    assert.equal(submission.kind === 'failed' && submission.code, code)
    assert.equal(received.length, 1)
  })
}

test('a witness that names another size each time is left', async (t) => {
  let size = 0
  const { submit, received } = await clientOf(t, () => {
    size += 1
    return { status: 409, type: SIZE_TYPE, body: `${size}\n` }
  })
  const submission = await submit()
  assert.equal(submission.kind === 'failed' && submission.code, 'WITNESS_CONFLICT')
  assert.equal(received.length, MAX_CONFLICTS)
})

test('a witness that never answers is waited for so long and no longer', async (t) => {
  const { submit } = await clientOf(t, () => undefined, { answerWaitMs: 50 })
  const submission = await submit()
  assert.equal(submission.kind === 'failed' && submission.code, 'WITNESS_UNREACHABLE')
})

test('a witness that failed rests, longer each time, unless somebody waits', async (t) => {
  let well = false
  const { client, log, received, time } = await clientOf(t, (body) =>
    well ? signing(body) : { status: 500 },
  )
  const submit = async (urgent = false) => (await client.submit(log.checkpoint(), { urgent })).kind
  assert.equal(await submit(), 'failed')
  for (let restMs: number = REST_MS.first; restMs < REST_MS.most; restMs *= 2) {
    time.advance(restMs - 1)
    assert.equal(await submit(), 'resting')
    time.advance(1)
    assert.equal(await submit(), 'failed')
  }
  const asked = received.length
  time.advance(REST_MS.most - 1)
  assert.equal(await submit(), 'resting')
  assert.equal(received.length, asked)
  well = true
  assert.equal(await submit(true), 'cosigned')
  well = false
  assert.equal(await submit(true), 'failed')
  time.advance(REST_MS.first)
  assert.equal(await submit(), 'failed')
})

test('nobody at the address is a witness that is out', async (t) => {
  const { log, time } = await clientOf(t, signing)
  const dispatcher = new Agent()
  t.after(() => dispatcher.destroy())
  const client = new WitnessClient({
    ...{ url: 'http://127.0.0.1:1', witnesses: [], source: log, dispatcher, answerWaitMs: 2_000 },
    clock: { elapsed: time.now },
  })
  const submission = await client.submit(log.checkpoint())
  assert.equal(submission.kind === 'failed' && submission.code, 'WITNESS_UNREACHABLE')
})
