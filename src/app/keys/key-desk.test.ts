import assert from 'node:assert/strict'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  begin,
  type Desk,
  deskClock,
  OVERLAP_MS,
  openDesk,
} from '../../../test/support/key-desk.ts'
import { claimedCheckpoint } from '../../kernel/tlog/checkpoint.ts'
import { judgeHead } from '../../kernel/trust/judge-head.ts'
import { openKeyChange } from '../../kernel/trust/key-change.ts'
import { keyIdOf } from '../../kernel/trust/key-record.ts'
import { verifyTrustChain } from '../../kernel/trust/verify-chain.ts'
import { openTrustFiles } from '../../stores/keys-file/trust-files.ts'

const states = ({ desk }: Desk) => desk.keys.map(({ state }) => state)
const events = ({ news }: Desk) => news.map(({ event }) => event)

async function published({ folder }: Desk) {
  return verifyTrustChain((await openTrustFiles(join(folder, 'keys'))).history)
}

test('a rotation is signed by both keys, and ends at the last head of the old one', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk)
  await at.append('before')
  await at.desk.rotate()
  assert.deepEqual(states(at), ['retiring', 'active'])
  const change = openKeyChange(at.news.find(({ event }) => event === 'key.rotated')?.detail ?? '')
  assert.deepEqual(
    [change.from, change.to],
    at.desk.keys.map(({ vkey }) => vkey),
  )
  await at.append('between')
  at.time.advance(OVERLAP_MS)
  await at.desk.retire()
  await at.append('after')
  assert.deepEqual(states(at), ['retired', 'active'])
  const trust = await published(at)
  assert.deepEqual(trust.keys, at.desk.keys)
  for (const note of at.heads) judgeHead(trust, note)
  const [old] = at.desk.keys
  const signed = at.heads.filter((note) => lines(note) === 2).map((note) => claimedCheckpoint(note))
  assert.equal(old?.final?.size, Math.max(...signed.map(({ size }) => size)))
  assert.equal(lines(at.heads.at(-1) ?? ''), 1)
})

test('an emergency leaves no overlap', async (t) => {
  const at = await openDesk(t)
  await at.desk.rotate({ emergency: true })
  assert.deepEqual(states(at), ['retired', 'active'])
  assert.equal(lines(at.heads.at(-1) ?? ''), 1)
  await at.desk.rotate()
  await at.desk.rotate({ emergency: true })
  assert.deepEqual(states(at), ['retired', 'retired', 'retired', 'active'])
  for (const note of at.heads) judgeHead(await published(at), note)
})

test('one rotation after another, and a second one waits for the first', async (t) => {
  const at = await openDesk(t)
  const [first, second] = await Promise.allSettled([at.desk.rotate(), at.desk.rotate()])
  assert.deepEqual([first.status, second.status], ['fulfilled', 'rejected'])
  assert.deepEqual(states(at), ['retiring', 'active'])
  await assert.rejects(at.desk.rotate(), { code: 'KEY_TRANSITION' })
})

test('the old key stays until verifiers can know the new one', async (t) => {
  const at = await openDesk(t, { root: false })
  await at.desk.rotate()
  at.time.advance(2 * OVERLAP_MS)
  await assert.rejects(at.desk.retire(), { code: 'KEY_OVERLAP' })
  await at.desk.retire({ now: true })
  assert.deepEqual(states(at), ['retired', 'active'])

  const other = await openDesk(t)
  await other.desk.rotate()
  other.time.advance(OVERLAP_MS - 1)
  await assert.rejects(other.desk.retire(), { code: 'KEY_OVERLAP' })
  other.time.advance(1)
  await other.desk.retire()
  await assert.rejects(other.desk.retire(), { code: 'KEY_TRANSITION' })
})

test('a stolen key counts up to its last head here, or to one that somebody kept', async (t) => {
  const at = await openDesk(t)
  await at.append('first')
  const kept = at.heads.at(-1) ?? ''
  await at.append('second')
  const wider = at.heads.at(-1) ?? ''
  const [first] = at.desk.keys
  assert.ok(first)
  const id = keyIdOf(first)
  await assert.rejects(at.desk.compromised(id), { code: 'KEY_TRANSITION' })
  await at.desk.rotate({ emergency: true })
  await at.desk.compromised(id)
  const [stolen] = at.desk.keys
  assert.deepEqual([stolen?.state, stolen?.bound], ['compromised', stolen?.final])
  await at.desk.compromised(id, { bound: kept })
  assert.equal(at.desk.keys[0]?.bound?.size, claimedCheckpoint(kept).size)
  await assert.rejects(at.desk.compromised(id, { bound: wider }), { code: 'KEY_TRANSITION' })
  await assert.rejects(at.desk.compromised('00000000'), { code: 'KEY_UNKNOWN' })
  const forged = kept.replace(/\n[^\n]+=\n\n/, `\n${Buffer.alloc(32).toString('base64')}\n\n`)
  await assert.rejects(at.desk.compromised(id, { bound: forged }), { code: 'CHECKPOINT_UNTRUSTED' })
  assert.equal((await published(at)).keys[0]?.state, 'compromised')
})

test('a retiring key that was stolen signs no more', async (t) => {
  const at = await openDesk(t)
  await at.desk.rotate()
  const [old] = at.desk.keys
  assert.ok(old)
  await at.desk.compromised(keyIdOf(old))
  await at.append('after')
  assert.deepEqual(states(at), ['compromised', 'active'])
  assert.equal(lines(at.heads.at(-1) ?? ''), 1)
})

for (const event of ['key.rotated', 'key.stopped', 'key.retired', 'trust.published'] as const) {
  test(`a crash before the receipt ${event} is made good at the next start`, async (t) => {
    const at = await openDesk(t, { refuse: (news) => news.event === event })
    await at.desk.rotate({ emergency: true }).catch(() => 'as a crash would end it')
    await at.close()
    const again = await openDesk(t, { folder: at.folder, time: at.time })
    await begin(again.desk)
    await again.append('after')
    if (states(again).includes('retiring')) await again.desk.retire({ now: true })
    assert.deepEqual(states(again), ['retired', 'active'])
    const told = [...events(at), ...events(again)]
    for (const each of ['key.rotated', 'key.retired', 'trust.published']) {
      assert.ok(told.includes(each as typeof event), each)
    }
    const trust = await published(again)
    assert.deepEqual(trust.keys, again.desk.keys)
    for (const note of [...at.heads, ...again.heads]) judgeHead(trust, note)
  })
}

const ADA = { kind: 'human', id: 'ada', via: 'admin-socket' } as const

test('every receipt of a change names who asked for it, and of what is due, nobody', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk)
  const due = at.news.length
  await at.desk.rotate({ emergency: true, asker: ADA })
  assert.deepEqual(
    at.news.slice(due).map(({ event, asker }) => [event, asker?.id]),
    ['key.rotated', 'key.stopped', 'key.retired', 'trust.published'].map((event) => [event, 'ada']),
  )
  const asked = at.news.length
  await at.desk.rotate()
  assert.ok(at.news.length > asked)
  for (const { asker } of at.news.slice(asked)) assert.equal(asker, undefined)
})

test('who asked is known after a crash too', async (t) => {
  const at = await openDesk(t, { refuse: ({ event }) => event === 'key.rotated' })
  await begin(at.desk)
  await assert.rejects(at.desk.rotate({ asker: ADA }))
  await at.close()
  const again = await openDesk(t, { folder: at.folder, time: at.time })
  await begin(again.desk)
  assert.deepEqual(again.news.find(({ event }) => event === 'key.rotated')?.asker, ADA)
})

test('while the root is away documents wait, and are made good when it is back', async (t) => {
  const at = await openDesk(t)
  await begin(at.desk)
  assert.equal(at.desk.trust.standing, 'current')
  const root = join(at.folder, 'root.pem')
  const away = join(at.folder, 'away.pem')
  await rename(root, away)
  await at.desk.rotate()
  assert.equal(at.desk.trust.standing, 'pending')
  assert.equal(at.desk.trust.current?.version, 1)
  await rename(away, root)
  await begin(at.desk)
  assert.equal(at.desk.trust.standing, 'current')
  assert.equal(at.desk.trust.current?.version, 2)
})

test('a document that says of our keys what is not so is not published', async (t) => {
  const [one, other] = [await openDesk(t), await openDesk(t)]
  await begin(other.desk)
  const foreign = await readFile(join(other.folder, 'keys', 'trust', '0001.json'), 'utf8')
  const bare = await openDesk(t, { root: false })
  await assert.rejects(bare.desk.publish(foreign), { code: 'TRUST_CONTINUITY' })
  await assert.rejects(one.desk.publish(await one.desk.trust.draft()), { code: 'TRUST_UNTRUSTED' })
  assert.deepEqual([bare.desk.trust.standing, events(bare)], ['none', []])
})

test('a document is renewed before it expires, and told to have expired otherwise', async (t) => {
  const at = await openDesk(t, { time: deskClock() })
  await begin(at.desk)
  const first = at.desk.trust.current
  const life = Date.parse(first?.expires ?? '') - at.time.now()
  at.time.advance(life - 86_400_000)
  assert.equal(at.desk.trust.standing, 'expiring')
  await at.desk.trust.renew()
  assert.deepEqual([at.desk.trust.standing, at.desk.trust.current?.version], ['current', 2])
  await rename(join(at.folder, 'root.pem'), join(at.folder, 'away.pem'))
  at.time.advance(2 * life)
  await at.desk.trust.renew()
  assert.equal(at.desk.trust.standing, 'expired')
})

function lines(note: string): number {
  return note.split('\n').filter((line) => line.startsWith('\u2014 ')).length
}
