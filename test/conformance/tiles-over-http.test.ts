import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import { publishedLogs } from '../../src/app/publish-logs.ts'
import { createTilesDoor, type TilesDoorOptions } from '../../src/inbound/tiles/tiles-door.ts'
import { claimedCheckpoint } from '../../src/kernel/tlog/checkpoint.ts'
import { formatVerifierKey, parseVerifierKey } from '../../src/kernel/tlog/note.ts'
import { openLedger } from '../../src/stores/segments/open-ledger.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { SAMPLE_SIGNER, SAMPLE_VKEY } from '../support/sample-log.ts'
import { refusalDraft } from '../support/sample-receipts.ts'
import { scratch, scratchForFile } from '../support/scratch.ts'
import { silentLog } from '../support/silent-log.ts'

const directory = scratchForFile()
const goTiles = join(directory, 'go-tiles')
const cwd = fileURLToPath(new URL('go-tiles', import.meta.url))

before(() => {
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  const options = { env, encoding: 'utf8', cwd } as const
  const { error, status, stderr } = spawnSync('go', ['build', '-o', goTiles, 'main.go'], options)
  const install = 'apt-get install golang-go golang-golang-x-mod-dev'
  assert.equal(error, undefined, `Go is needed for this test: ${install}`)
  assert.equal(status, 0, `go build failed (${install}): ${stderr}`)
})

async function serve(t: TestContext, logs: TilesDoorOptions): Promise<string> {
  const server = fastify()
  await server.register(createTilesDoor(logs))
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/log`
}

/** A ledger of single commits, so that the node log has as many leaves, served as it grows. */
async function publishing(t: TestContext, publish: 'heads' | 'all' = 'all') {
  const place = join(await scratch(t), 'ledger')
  const signers = { active: SAMPLE_SIGNER }
  const options = { directory: place, signers, log: silentLog, inline: {}, headIntervalMs: 0 }
  const ledger = await openLedger(options)
  t.after(() => ledger.close())
  const append = async (count: number) => {
    for (let at = 0; at < count; at += 1) await ledger.append(refusalDraft(`r${at}`))
  }
  await append(1)
  const reader = readLedger(place, {
    durable: () => claimedCheckpoint(ledger.checkpoint()).size,
  })
  t.after(() => reader.close())
  const logs = publishedLogs(publish, ledger, reader)
  assert.ok(logs)
  return { ledger, append, logs, url: await serve(t, logs) }
}

async function verify(url: string, vkey: string, ...earlier: string[]) {
  const keyFile = join(directory, 'log.vkey')
  writeFileSync(keyFile, `${vkey}\n`)
  const files = earlier.map((note, at) => {
    const file = join(directory, `${at}.checkpoint`)
    writeFileSync(file, note)
    return file
  })
  const go = spawn(goTiles, [url, keyFile, ...files])
  let output = ''
  for (const stream of [go.stdout, go.stderr]) stream.on('data', (text) => (output += text))
  const [status] = await once(go, 'close')
  return { accepted: status === 0, output }
}

test('the Go checksum database reads our tiles, at every kind of size', async (t) => {
  const { ledger, append, url } = await publishing(t)
  const origin = ledger.of('default').origin
  const tenant = `${url}/l/${origin.slice(-16)}`
  const vkey = formatVerifierKey(origin, parseVerifierKey(SAMPLE_VKEY).raw)
  let [size, earlier] = [1, ledger.checkpoint()]
  for (const more of [0, 6, 248, 1, 1, 300]) {
    await append(more)
    size += more
    const { accepted, output } = await verify(url, SAMPLE_VKEY, earlier)
    assert.ok(accepted, output)
    assert.match(output, new RegExp(`OK: ${size} entries`))
    earlier = ledger.checkpoint()
  }
  const { accepted, output } = await verify(tenant, vkey)
  assert.ok(accepted, output)
})

test('one bit of a tile, or of an entry, and Go refuses the log', async (t) => {
  const { append, logs } = await publishing(t)
  await append(300)
  for (const kind of ['tile', 'entries']) {
    const url = await serve(t, {
      ...logs,
      node: {
        ...logs.node,
        tile(resource) {
          const bytes = logs.node.tile(resource)
          if (bytes !== undefined && resource.kind === kind) bytes[70] = (bytes[70] ?? 0) ^ 1
          return bytes
        },
      },
    })
    const { accepted, output } = await verify(url, SAMPLE_VKEY)
    assert.equal(accepted, false, output)
  }
})

test('tiles are kept for ever, checkpoints asked for again, and no more is there', async (t) => {
  const { append, url, ledger } = await publishing(t, 'heads')
  await append(259)
  const full = await fetch(`${url}/tile/0/000`)
  assert.equal(full.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.equal(full.headers.get('content-type'), 'application/octet-stream')
  assert.equal((await full.arrayBuffer()).byteLength, 256 * 32)
  const tag = full.headers.get('etag') ?? ''
  const again = await fetch(`${url}/tile/0/000`, { headers: { 'if-none-match': tag } })
  assert.deepEqual([again.status, (await again.arrayBuffer()).byteLength], [304, 0])
  const note = await fetch(`${url}/checkpoint`)
  assert.equal(note.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.equal(note.headers.get('cache-control'), 'public, no-cache')
  assert.equal(await note.text(), ledger.checkpoint())
  assert.equal((await fetch(`${url}/tile/0/001.p/4`)).status, 200)
  assert.equal((await fetch(`${url}/tile/1/000.p/1`)).status, 200)
  const id = ledger.of('default').origin.slice(-16)
  const absent = [
    ...['tile/0/001', 'tile/0/001.p/5', 'tile/0/002', 'tile/1/000.p/2', 'tile/2/000', 'tile/0/0'],
    ...['tile/0/x000/000', 'tile/-1/000', 'tile/0/000.p/256', 'tile/0/000.p/0', 'keys', ''],
    ...[`l/${id}/checkpoint`, `l/${id}/tile/entries/000`],
  ]
  for (const path of absent) {
    assert.equal((await fetch(`${url}/${path}`)).status, 404, path)
  }
})
