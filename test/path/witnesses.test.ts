import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startWitness } from '../../src/app/witness.ts'
import { openWitnessedCheckpoint } from '../../src/kernel/tlog/quorum.ts'
import { inMemoryLog } from '../support/in-memory-head-source.ts'
import {
  policyOf,
  runWitness,
  submit,
  witnessing,
  witnessSetup,
} from '../support/running-witness.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY } from '../support/sample-log.ts'
import { eventLog } from '../support/scratch.ts'

test('what is durable is witnessed once the quorum cosigned it, and published', async (t) => {
  const [one, two] = [await runWitness(t, 'one.example/w'), await runWitness(t, 'two.example/w')]
  const policy = policyOf(2, one, two)
  const log = inMemoryLog(5)
  const finality = witnessing(t, log, { policy })
  await finality.witnessed()
  const { checkpoint, witnesses } = openWitnessedCheckpoint(log.published[0] ?? '', policy)
  assert.deepEqual([checkpoint.size, witnesses.length], [5, 2])
  log.append('more', 'leaves')
  await finality.witnessed()
  assert.equal(openWitnessedCheckpoint(log.published.at(-1) ?? '', policy).checkpoint.size, 7)
})

test('one of two witnesses may be out', async (t) => {
  const [one, two] = [await runWitness(t, 'one.example/w'), await runWitness(t, 'two.example/w')]
  const policy = policyOf(1, one, two)
  await two.close()
  const log = inMemoryLog(3)
  const events = eventLog()
  await witnessing(t, log, { policy, log: events }).witnessed()
  assert.equal(openWitnessedCheckpoint(log.published[0] ?? '', policy).witnesses[0]?.name, 'w0')
  assert.deepEqual(events.events, ['witness.lost'])
})

test('too few witnesses are no quorum: the wait ends, and nothing is published', async (t) => {
  const [one, two] = [await runWitness(t, 'one.example/w'), await runWitness(t, 'two.example/w')]
  const policy = policyOf(2, one, two)
  await two.close()
  const log = inMemoryLog(3)
  const finality = witnessing(t, log, { policy, finalityWaitMs: 200 })
  await assert.rejects(finality.witnessed(), { code: 'FINALITY_TIMEOUT' })
  assert.deepEqual(log.published, [])
})

test('a runtime that starts again goes on where the witness is', async (t) => {
  const witness = await runWitness(t, 'one.example/w')
  const log = inMemoryLog(9)
  const before = witnessing(t, log, { policy: policyOf(1, witness) })
  await before.witnessed()
  await before.close()
  log.append('another')
  await witnessing(t, log, { policy: policyOf(1, witness) }).witnessed()
  assert.equal(log.published.length, 2)
})

test('a witness that starts again remembers what it cosigned', async (t) => {
  const setup = await witnessSetup(t, 'one.example/w')
  const log = inMemoryLog(30)
  const first = await startWitness(setup)
  assert.equal((await submit(first, log, [0, 20])).status, 200)
  await first.close()
  const second = await startWitness(setup)
  t.after(() => second.close())
  assert.deepEqual(second.vkeys, first.vkeys)
  const rollback = await submit(second, log, [0, 10])
  assert.deepEqual([rollback.status, await rollback.text()], [409, '20\n'])
  assert.equal((await submit(second, log, [20, 30])).status, 200)
})

test('a witness killed between storing and answering stands by what it stored', async (t) => {
  const setup = await witnessSetup(t, 'one.example/w')
  const log = inMemoryLog(30)
  const first = await startWitness(setup)
  assert.equal((await submit(first, log, [0, 10])).status, 200)
  await first.close()

  const script = join(import.meta.dirname, '..', 'support', 'dying-witness.ts')
  const args = [script, setup.state, setup.keyFile, SAMPLE_VKEY]
  const dying = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(dying.stdout, 'data')
  const died = once(dying, 'exit')
  await assert.rejects(submit({ address: `${line}`.trim() }, log, [10, 20]))
  assert.deepEqual(await died, [null, 'SIGKILL'])

  const second = await startWitness(setup)
  t.after(() => second.close())
  const fork = inMemoryLog(10)
  fork.append(...Array.from({ length: 5 }, (_, index) => `other ${index}`))
  const refused = await submit(second, fork, [10, 15])
  assert.deepEqual([refused.status, await refused.text()], [409, '20\n'])
  const finality = witnessing(t, log, { policy: policyOf(1, second) })
  await finality.witnessed()
  assert.equal(log.published.length, 1)
})

test('keys whose memory is gone sign nothing any more', async (t) => {
  const setup = await witnessSetup(t, 'one.example/w')
  const first = await startWitness(setup)
  await first.close()
  rmSync(setup.state)
  await assert.rejects(startWitness(setup), { code: 'WITNESS_STATE_MISSING' })
  writeFileSync(setup.state, '')
  await assert.rejects(startWitness(setup), { code: 'WITNESS_STATE_MISSING' })
  writeFileSync(setup.state, 'not a database, whatever it is called')
  await assert.rejects(startWitness(setup), { code: 'WITNESS_STATE_CORRUPT' })
})

test('the memory of other keys is not taken over', async (t) => {
  const [mine, other] = [
    await witnessSetup(t, 'one.example/w'),
    await witnessSetup(t, 'two.example/w'),
  ]
  const first = await startWitness(mine)
  assert.equal((await submit(first, inMemoryLog(3), [0, 3])).status, 200)
  await first.close()
  await (await startWitness(other)).close()
  copyFileSync(mine.state, other.state)
  await assert.rejects(startWitness(other), { code: 'WITNESS_STATE_CORRUPT' })
})

test('a witness restored from an older state heals from a log that is honest', async (t) => {
  const setup = await witnessSetup(t, 'one.example/w')
  const log = inMemoryLog(10)
  const backup = `${setup.state}.bak`
  const first = await startWitness(setup)
  assert.equal((await submit(first, log, [0, 10])).status, 200)
  await first.close()
  copyFileSync(setup.state, backup)
  const second = await startWitness(setup)
  log.append('more')
  const finality = witnessing(t, log, { policy: policyOf(1, second) })
  await finality.witnessed()
  await second.close()
  copyFileSync(backup, setup.state)
  const third = await startWitness({ ...setup, port: Number(new URL(second.address).port) })
  t.after(() => third.close())
  log.append('and more')
  await finality.witnessed()
  assert.equal(log.published.length, 2)
})

test('the keys of a witness are private, and another name is refused', async (t) => {
  const setup = await witnessSetup(t, 'one.example/w')
  await assert.rejects(startWitness({ ...setup, name: undefined }), { code: 'KEYS_INCOMPLETE' })
  await (await startWitness(setup)).close()
  assert.equal(statSync(setup.keyFile).mode & 0o777, 0o600)
  assert.equal(statSync(setup.state).mode & 0o777, 0o600)
  assert.match(readFileSync(setup.keyFile, 'utf8'), /^one\.example\/w\n-----BEGIN PRIVATE KEY/)
  await assert.rejects(startWitness({ ...setup, name: 'two.example/w' }), { code: 'KEYS_INVALID' })
  await assert.rejects(startWitness({ ...setup, logs: [] }), { code: 'WITNESS_LOG_UNKNOWN' })
})

test('monitors are shown the last cosigned note, with the line of the log too', async (t) => {
  const witness = await runWitness(t, 'one.example/w')
  const policy = policyOf(1, witness)
  const log = inMemoryLog(8)
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(SAMPLE_ORIGIN))
  const shown = () => fetch(`${witness.address}/${Buffer.from(digest).toString('hex')}/checkpoint`)
  assert.equal((await shown()).status, 404)
  await submit(witness, log, [0, 8])
  const note = await (await shown()).text()
  assert.equal(openWitnessedCheckpoint(note, policy).checkpoint.size, 8)
})
