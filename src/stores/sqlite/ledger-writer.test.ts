import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionDraft, effectDraft, refusalDraft } from '../../../test/support/sample-receipts.ts'
import { eventLog } from '../../../test/support/scratch.ts'
import type { ReceiptDraft } from '../../kernel/receipt/receipt.ts'
import { leafHashOfText } from '../../kernel/tlog/hash.ts'
import type { NewLeaf } from './ledger-file.ts'
import { LedgerWriter, type WriterOptions } from './ledger-writer.ts'

/** A writer over a disk that answers when the test says so. */
function writerOver(options: Partial<WriterOptions> = {}) {
  const commits: (readonly NewLeaf[])[] = []
  const log = eventLog()
  const writer = new LedgerWriter({
    origin: 'portcullis.example/test',
    size: 0,
    checkpoint: 'checkpoint 0',
    queueLimit: 100,
    log,
    commit: (leaves) => commits.push(leaves),
    lastOfRun: () => undefined,
    ...options,
  })
  return { writer, commits, log }
}

/** Lets the microtasks run that hand waiting receipts on. */
const turn = () => new Promise((resolve) => setImmediate(resolve))
const ids = (leaves: readonly NewLeaf[] | undefined) => leaves?.map(({ id }) => id)
const UNAVAILABLE = { code: 'LEDGER_UNAVAILABLE' }

test('receipts appended together share a commit, those that come meanwhile the next', async () => {
  const { writer, commits } = writerOver()
  const first = [writer.append(refusalDraft('a')), writer.append(refusalDraft('b'))]
  await turn()
  const second = [writer.append(refusalDraft('c')), writer.append(refusalDraft('d'))]
  await turn()
  assert.deepEqual(commits.map(ids), [['a', 'b']])
  writer.committed('checkpoint 2')
  assert.deepEqual(commits.map(ids), [
    ['a', 'b'],
    ['c', 'd'],
  ])
  assert.deepEqual(await Promise.all(first), [
    { id: 'a', seq: 0 },
    { id: 'b', seq: 1 },
  ])
  writer.committed('checkpoint 4')
  assert.deepEqual(await Promise.all(second), [
    { id: 'c', seq: 2 },
    { id: 'd', seq: 3 },
  ])
  assert.equal(writer.checkpoint, 'checkpoint 4')
})

test('nobody hears of a receipt before it is durable, and all hear of it in order', async () => {
  const { writer, log } = writerOver()
  const heard: string[] = []
  writer.subscribe(() => {
    throw new Error('a watcher that fails')
  })
  const stop = writer.subscribe(({ id, seq }) => heard.push(`${id} ${seq}`))
  const appended = [writer.append(refusalDraft('a')), writer.append(refusalDraft('b'))]
  await turn()
  assert.deepEqual(heard, [])
  writer.committed('checkpoint 2')
  await Promise.all(appended)
  assert.deepEqual(heard, ['a 0', 'b 1'])
  assert.deepEqual(log.events, ['ledger.listener_failed', 'ledger.listener_failed'])
  stop()
  const last = writer.append(refusalDraft('c'))
  await turn()
  writer.committed('checkpoint 3')
  await last
  assert.deepEqual(heard, ['a 0', 'b 1'])
})

test('a draft that makes no leaf rejects alone and takes no place', async () => {
  const { writer, commits } = writerOver()
  const bad: ReceiptDraft[] = [
    refusalDraft('\ud800'),
    refusalDraft('x'.repeat(20_000)),
    { ...refusalDraft('x'), ts: Number.NaN },
  ]
  const good = [writer.append(refusalDraft('a'))]
  for (const draft of bad) {
    await assert.rejects(writer.append(draft), { code: 'LEDGER_RECEIPT_REJECTED' })
  }
  good.push(writer.append(refusalDraft('b')))
  await turn()
  writer.committed('checkpoint 1')
  writer.committed('checkpoint 2')
  assert.deepEqual(await Promise.all(good), [
    { id: 'a', seq: 0 },
    { id: 'b', seq: 1 },
  ])
  const seqs = commits.flat().map(({ text }) => JSON.parse(text).seq)
  assert.deepEqual(seqs, [0, 1])
})

test('each receipt carries the leaf hash of the one before it in its run', async () => {
  const last: Record<string, string> = { old: 'hash of an earlier session' }
  const { writer, commits } = writerOver({ size: 7, lastOfRun: (run) => last[run] })
  const drafts = [refusalDraft('a', 'x'), refusalDraft('b', 'old'), refusalDraft('c', 'x')]
  const appended = drafts.map((draft) => writer.append(draft))
  await turn()
  writer.committed('checkpoint 10')
  await Promise.all(appended)
  const texts = commits.flat().map(({ text }) => text)
  const prevs = texts.map((text) => JSON.parse(text).prev)
  assert.deepEqual(prevs, [undefined, last.old, leafHashOfText(texts[0] ?? '')])
})

test('receipts beyond the queue are refused, and taken again once there is room', async () => {
  const { writer } = writerOver({ queueLimit: 2 })
  const appended = [writer.append(refusalDraft('a'))]
  await turn()
  appended.push(writer.append(refusalDraft('b')))
  await assert.rejects(writer.append(refusalDraft('c')), { code: 'LEDGER_BUSY' })
  writer.committed('checkpoint 1')
  appended.push(writer.append(refusalDraft('d')))
  writer.committed('checkpoint 2')
  await turn()
  writer.committed('checkpoint 3')
  const places = await Promise.all(appended)
  assert.deepEqual(
    places.map(({ id, seq }) => `${id} ${seq}`),
    ['a 0', 'b 1', 'd 2'],
  )
})

test('after a failed commit all that is pending and all that comes is refused', async () => {
  const sealed: string[] = []
  const { writer, commits, log } = writerOver({ onSealed: ({ code }) => sealed.push(code) })
  const heard: string[] = []
  writer.subscribe(({ id }) => heard.push(id))
  const committing = writer.append(refusalDraft('a'))
  await turn()
  const waiting = writer.append(refusalDraft('b'))
  writer.seal('disk full')
  writer.seal('the thread of the ledger ended')
  await assert.rejects(committing, UNAVAILABLE)
  await assert.rejects(waiting, UNAVAILABLE)
  await assert.rejects(writer.append(refusalDraft('c')), UNAVAILABLE)
  await turn()
  assert.deepEqual(commits.map(ids), [['a']], 'nothing is tried again')
  assert.deepEqual(sealed, ['LEDGER_UNAVAILABLE'])
  assert.deepEqual(log.events, ['ledger.sealed'])
  assert.deepEqual(heard, [])
  await writer.close()
})

test('closing waits for what was appended and takes no more', async () => {
  const { writer, log } = writerOver()
  const appended = writer.append(refusalDraft('a'))
  await turn()
  let closed = false
  const closing = writer.close().then(() => {
    closed = true
  })
  await assert.rejects(writer.append(refusalDraft('b')), UNAVAILABLE)
  assert.equal(closed, false)
  writer.committed('checkpoint 1')
  await Promise.all([appended, closing])
  writer.seal('the thread of the ledger ended')
  assert.deepEqual(log.events, [], 'the end of the thread is no failure then')
})

test('a thread that dies while the ledger closes is a failure', async () => {
  const { writer, log } = writerOver()
  const appended = writer.append(refusalDraft('a'))
  await turn()
  const closing = writer.close()
  writer.seal('the thread of the ledger ended')
  await assert.rejects(appended, UNAVAILABLE)
  await closing
  assert.deepEqual(log.events, ['ledger.sealed'])
})

test('a receipt says whether it opens or closes an action', async () => {
  const { writer, commits } = writerOver()
  const denied = { ...decisionDraft('no'), effect: undefined }
  const drafts = [decisionDraft('d'), effectDraft('e', 'd'), refusalDraft('r')]
  for (const draft of drafts) void writer.append(draft)
  void writer.append(denied as unknown as ReceiptDraft)
  await turn()
  assert.deepEqual(
    commits.flat().map(({ opens, closes }) => [opens, closes]),
    [
      [true, undefined],
      [false, 'd'],
      [false, undefined],
      [false, undefined],
    ],
  )
})
