import assert from 'node:assert/strict'
import { hash, sign } from 'node:crypto'
import { test } from 'node:test'
import { type InMemoryLog, inMemoryLog } from '../../../test/support/in-memory-head-source.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, vkeyOf } from '../../../test/support/sample-log.ts'
import { sampleCosigner } from '../../../test/support/sample-witness.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import {
  type AddCheckpoint,
  formatAddCheckpoint,
  MAX_ADD_CHECKPOINT_LENGTH,
} from '../../kernel/tlog/add-checkpoint.ts'
import { cosignedAt } from '../../kernel/tlog/cosignature.ts'
import { parseLogKey } from '../../kernel/tlog/log-key.ts'
import { parseNote } from '../../kernel/tlog/note.ts'
import type { KnownHead, Memory } from './add-checkpoint.ts'
import { createWitnessServer, type WitnessServerOptions } from './witness-server.ts'

const KEYS = [
  sampleCosigner('ed25519', 'w.example', '01'),
  sampleCosigner('ml-dsa-44', 'w.example', '01'),
]
const LOG = inMemoryLog(30)
const START_MS = 1_790_000_000_000

function inMemoryMemory(): Memory {
  const heads = new Map<string, KnownHead>()
  const notes = new Map<string, string>()
  return {
    advance(origin, judge) {
      const next = judge(heads.get(origin))
      if (next !== undefined) heads.set(origin, next)
      return next
    },
    show: (origin, _head, note) => void notes.set(origin, note),
    shown: (origin) => notes.get(origin),
  }
}

function witness(options: Partial<WitnessServerOptions> = {}) {
  const server = createWitnessServer({
    logs: [parseLogKey(SAMPLE_VKEY)],
    book: inMemoryMemory(),
    cosigners: KEYS.map(({ key, privateKey }) => ({
      key,
      sign: async (message) => sign(null, message, privateKey),
    })),
    clock: { now: () => START_MS },
    log: silentLog,
    ...options,
  })
  const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await server.inject({ method: 'POST', url: '/add-checkpoint', headers, body })
    const type = String(answer.headers['content-type'])
    return { status: answer.statusCode, type, body: answer.body }
  }
  return { server, post }
}

type Sizes = readonly [from: number, to: number]

function request([from, to]: Sizes, change: Partial<AddCheckpoint> = {}, log = LOG) {
  const proof = log.consistency(from, to)
  assert.ok(Array.isArray(proof))
  return formatAddCheckpoint({ oldSize: from, proof, note: log.head(to), ...change })
}

function times(log: InMemoryLog, size: number, lines: string) {
  return KEYS.map(({ key }) => cosignedAt(parseNote(log.head(size) + lines), key))
}

test('a head is cosigned with both keys, at one time', async () => {
  const { post } = witness()
  const { status, body } = await post(request([0, 10]))
  assert.equal(status, 200)
  assert.deepEqual(times(LOG, 10, body), [START_MS / 1000, START_MS / 1000])
  assert.equal(body.split('\n').length, 3)
})

const other = inMemoryLog(12)
other.append(...Array.from({ length: 8 }, (_, index) => `other ${index}`))
const hash32 = Buffer.alloc(32).toString('base64')

/** After a head of size 12 was cosigned. */
const ANSWERS: Record<string, [body: string | Buffer, status: number]> = {
  'a head that continues it': [request([12, 20]), 200],
  'the same head again': [request([12, 12]), 200],
  'another head from that size': [request([12, 20], {}, other), 200],
  nothing: ['', 400],
  'bytes that are no UTF-8': [Buffer.of(0xff, 0x0a, 0x0a), 400],
  'a body without an old size': [LOG.head(20), 400],
  'an old size above the size': [request([12, 12], { oldSize: 13 }), 400],
  'a malformed note': [request([12, 20], { note: 'x\n' }), 400],
  'a log that it does not know': [
    request([12, 20], { note: LOG.head(20).replaceAll(SAMPLE_ORIGIN, 'x.example/log') }),
    404,
  ],
  'a signature that is wrong': [
    request([12, 20], { note: LOG.head(20).replace('\n20\n', '\n21\n') }),
    403,
  ],
  'a smaller old size': [request([5, 20]), 409],
  'a client that knows nothing': [request([0, 20]), 409],
  'a smaller head': [request([3, 5]), 409],
  'a larger old size': [request([15, 20]), 409],
  'a proof of another size': [request([12, 20], { proof: [] }), 422],
  'a proof with a hash too many': [request([12, 20]).replace('\n\n', `\n${hash32}\n\n`), 422],
  'another head of that size': [request([12, 12], { note: inMemoryFork().head(12) }), 422],
  'a head that continues another history': [
    request([12, 20], { note: inMemoryFork().head(20) }),
    422,
  ],
}

/** The same sizes, other leaves. */
function inMemoryFork(): InMemoryLog {
  const fork = inMemoryLog(0)
  fork.append(...Array.from({ length: 30 }, (_, index) => `forked ${index}`))
  return fork
}

for (const [what, [body, status]] of Object.entries(ANSWERS)) {
  test(`${what} is answered with ${status}`, async () => {
    const { post } = witness()
    assert.equal((await post(request([0, 12]))).status, 200)
    const answer = await post(body)
    assert.equal(answer.status, status, answer.body)
    const isSize = status === 409
    assert.equal(answer.type, isSize ? 'text/x.tlog.size' : 'text/plain; charset=utf-8')
    if (isSize) assert.equal(answer.body, '12\n')
    // What it knows is as before, unless it cosigned.
    if (status !== 200) assert.equal((await post(request([12, 12]))).status, 200)
  })
}

test('the empty tree may be cosigned, with its own root alone', async () => {
  const { post } = witness()
  assert.equal((await post(request([0, 0]))).status, 200)
  assert.equal((await post(request([0, 9]))).status, 200)
})

test('a first head needs no proof, and one is refused', async () => {
  const { post } = witness()
  assert.equal((await post(request([0, 5]).replace('\n\n', `\n${hash32}\n\n`))).status, 422)
  assert.equal((await post(request([0, 5]))).status, 200)
})

test('a body of any content type is read, and one that is too long is not', async () => {
  const { post } = witness()
  for (const type of ['application/json', 'text/plain', 'application/octet-stream', 'x/y']) {
    assert.ok((await post(request([0, 5]), { 'content-type': type })).status !== 415, type)
  }
  assert.equal((await post('x'.repeat(MAX_ADD_CHECKPOINT_LENGTH + 1))).status, 413)
})

test('what cannot be stored is not signed, and nothing inside is told', async () => {
  const signed: unknown[] = []
  const broken = () => {
    throw new Error('disk full at /var/lib')
  }
  const { post } = witness({
    book: { ...inMemoryMemory(), advance: broken },
    cosigners: KEYS.map(({ key }) => ({
      key,
      sign: async (message) => {
        signed.push(message)
        return message
      },
    })),
  })
  const answer = await post(request([0, 5]))
  assert.deepEqual([answer.status, answer.body, signed], [500, 'INTERNAL\n', []])
})

test('no more submissions are under way at once than the limit', async () => {
  const held: (() => void)[] = []
  const cosigners = KEYS.slice(0, 1).map(({ key, privateKey }) => ({
    key,
    sign: (message: Uint8Array) =>
      new Promise<Uint8Array>((resolve) => {
        held.push(() => resolve(sign(null, message, privateKey)))
      }),
  }))
  const { post } = witness({ cosigners, limits: { submissions: 2 } })
  // One that fails makes room again.
  for (let tries = 0; tries < 3; tries += 1) assert.equal((await post('')).status, 400)
  const first = post(request([0, 12]))
  while (held.length < 1) await new Promise(setImmediate)
  const second = post(request([12, 12]))
  while (held.length < 2) await new Promise(setImmediate)
  assert.equal((await post(request([12, 12]))).status, 429)
  for (const letGo of held) letGo()
  assert.deepEqual([(await first).status, (await second).status], [200, 200])
})

test('a later cosignature never bears an earlier time', async () => {
  let now = START_MS
  const { post } = witness({ clock: { now: () => now } })
  await post(request([0, 5]))
  now -= 3_600_000
  const { body } = await post(request([5, 9]))
  assert.deepEqual(times(LOG, 9, body), [START_MS / 1000, START_MS / 1000])
})

test('signatures that were not verified are not passed on to monitors', async () => {
  const { server, post } = witness()
  const stranger = LOG.head(9).split('\n\n')[1]?.replace(SAMPLE_ORIGIN, 'x.example')
  await post(request([0, 9], { note: LOG.head(9) + stranger }))
  const url = `/${hash('sha256', SAMPLE_ORIGIN, 'hex')}/checkpoint`
  const shown = await server.inject({ url })
  assert.match(shown.body, /w\.example/)
  assert.doesNotMatch(shown.body, /x\.example/)
  for (const path of ['/', '/add-checkpoint', `/${'0'.repeat(64)}/checkpoint`]) {
    assert.equal((await server.inject({ url: path })).statusCode, 404, path)
  }
})

test('one log does not move another', async () => {
  const second = { name: 'second.example/log', key: KEYS[0]?.privateKey ?? assert.fail() }
  const { post } = witness({ logs: [SAMPLE_VKEY, vkeyOf(second)].map(parseLogKey) })
  assert.equal((await post(request([0, 12]))).status, 200)
  const log = inMemoryLog(7, second)
  assert.equal((await post(request([0, 7], {}, log))).status, 200)
  assert.equal((await post(request([12, 20]))).status, 200)
})
