import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { test } from 'node:test'
import { handClock } from '../../../test/support/in-memory-approvals.ts'
import { type InMemoryLog, inMemoryLog } from '../../../test/support/in-memory-head-source.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY } from '../../../test/support/sample-log.ts'
import { sampleCosigner } from '../../../test/support/sample-witness.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { openHybridCheckpoint } from '../../kernel/tlog/hybrid.ts'
import { parseVerifierKey } from '../../kernel/tlog/note.ts'
import {
  DEFAULT_FINALITY_WAIT_MS,
  HeadPublisher,
  type HeadPublisherOptions,
  MAX_FINALITY_WAITERS,
  MIN_PUBLICATION_INTERVAL_MS,
} from './head-publisher.ts'

const QUANTUM = sampleCosigner('ml-dsa-44', SAMPLE_ORIGIN, '07')
const signerOf = ({ key, privateKey }: typeof QUANTUM) => ({
  key,
  sign: async (message: Uint8Array) => sign(null, message, privateKey),
})
const postQuantum = () => [signerOf(QUANTUM)]
const NEVER_MET = {
  ...{ logs: [], groups: [], witnesses: [], quorum: 'w' },
} satisfies HeadPublisherOptions['policy']

function publishing(log: InMemoryLog, options: Partial<HeadPublisherOptions> = {}) {
  const time = handClock()
  const publisher = new HeadPublisher({
    ...{ source: log, log: silentLog, alarm: time.alarm, clients: [], postQuantum },
    clock: { now: time.now, elapsed: time.now },
    ...options,
  })
  return { publisher, time }
}

/** Resolves with the next note that is published, once the round that did it is over. */
function nextOf(log: InMemoryLog): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const publish = log.publish
  log.publish = (note) => {
    log.publish = publish
    setImmediate(resolve, note)
    return publish(note)
  }
  return promise
}

test('a durable head is published with both signatures of its log', async () => {
  const log = inMemoryLog(3)
  const { time } = publishing(log)
  const published = nextOf(log)
  time.advance(0)
  const keys = { classical: parseVerifierKey(SAMPLE_VKEY), postQuantum: QUANTUM.key }
  assert.equal(openHybridCheckpoint(await published, keys, 'both').checkpoint.size, 3)
})

test('while one ML-DSA-44 key takes over from another both sign', async () => {
  const log = inMemoryLog(1)
  const next = sampleCosigner('ml-dsa-44', SAMPLE_ORIGIN, '08')
  let signing = [next, QUANTUM]
  const { time } = publishing(log, { postQuantum: () => signing.map(signerOf) })
  const notes: string[] = []
  for (const now of [[next, QUANTUM], [next]]) {
    signing = now
    const published = nextOf(log)
    time.advance(MIN_PUBLICATION_INTERVAL_MS)
    notes.push(await published)
    log.append('more')
  }
  const classical = parseVerifierKey(SAMPLE_VKEY)
  const isBy = (note: string, key: typeof QUANTUM.key) =>
    openHybridCheckpoint(note, { classical, postQuantum: key }, 'either').signedBy.length === 2
  const found = notes.map((note) => [QUANTUM, next].map(({ key }) => isBy(note, key)))
  assert.deepEqual(found, [
    [true, true],
    [false, true],
  ])
})

test('however many heads there are, at most one a second is signed: the newest', async () => {
  const log = inMemoryLog(1)
  const { time } = publishing(log)
  const first = nextOf(log)
  time.advance(0)
  await first
  for (let leaf = 0; leaf < 50; leaf += 1) {
    log.append(`${leaf}`)
    time.advance(1)
  }
  const second = nextOf(log)
  time.advance(MIN_PUBLICATION_INTERVAL_MS - 51)
  assert.equal(log.published.length, 1)
  time.advance(1)
  assert.equal(claimedCheckpoint(await second).size, 51)
  assert.equal(log.published.length, 2)
})

test('a log that stands still is not signed again', async () => {
  const log = inMemoryLog(1)
  const { publisher, time } = publishing(log)
  const first = nextOf(log)
  time.advance(0)
  await first
  time.advance(60_000)
  await publisher.close()
  assert.equal(log.published.length, 1)
})

test('without witnesses nothing becomes witnessed', async () => {
  const { publisher } = publishing(inMemoryLog(1))
  await assert.rejects(publisher.witnessed(), { code: 'FINALITY_UNAVAILABLE' })
})

test('who waits is refused when the time is up, and when the runtime stops', async () => {
  const { publisher, time } = publishing(inMemoryLog(1), { policy: NEVER_MET })
  const late = assert.rejects(publisher.witnessed(), { code: 'FINALITY_TIMEOUT' })
  time.advance(DEFAULT_FINALITY_WAIT_MS)
  await late
  const stopped = assert.rejects(publisher.witnessed(), { code: 'FINALITY_UNAVAILABLE' })
  await publisher.close()
  await stopped
  await assert.rejects(publisher.witnessed(), { code: 'FINALITY_UNAVAILABLE' })
})

test('no more wait at once than the limit', async () => {
  const { publisher } = publishing(inMemoryLog(1), { policy: NEVER_MET })
  const waiting = Array.from({ length: MAX_FINALITY_WAITERS }, () =>
    assert.rejects(publisher.witnessed(), { code: 'FINALITY_UNAVAILABLE', message: /stops/ }),
  )
  await assert.rejects(publisher.witnessed(), { message: /too many/ })
  await publisher.close()
  await Promise.all(waiting)
})

test('a round that fails is told, and the next one goes on', async () => {
  const log = inMemoryLog(1)
  const told: string[] = []
  let broken = true
  const { key, sign: works } = signerOf(QUANTUM)
  const failing = () => [
    {
      key,
      sign: (message: Uint8Array) =>
        broken ? Promise.reject(new Error('no entropy')) : works(message),
    },
  ]
  const { promise: failed, resolve } = Promise.withResolvers<void>()
  const error = (event: string) => {
    told.push(event)
    resolve()
  }
  const options = { postQuantum: failing, log: { ...silentLog, error } }
  const { time, publisher } = publishing(log, options)
  time.advance(0)
  await failed
  broken = false
  const published = nextOf(log)
  // The round ends after it is told.
  await new Promise(setImmediate)
  time.advance(MIN_PUBLICATION_INTERVAL_MS)
  assert.equal(claimedCheckpoint(await published).size, 1)
  assert.deepEqual(told, ['witness.round_failed'])
  await publisher.close()
})
