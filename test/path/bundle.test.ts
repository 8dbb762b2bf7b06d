import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verifyBundleAt } from '../../src/app/bundle/bundle-files.ts'
import type { BundleManifest } from '../../src/kernel/receipt/bundle.ts'
import { canonical } from '../../src/kernel/receipt/canonical.ts'
import { runPortcullis } from '../support/run-portcullis.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

let running: RunningRuntime
let vkey: string
before(async () => {
  running = await runRuntime({
    ...{ policy: 'policy desk { allow: desk.echo }', agents: ['sales', 'research'] },
    more: '[ledger.payloads]\nkeep = "redacted"\n',
  })
  for (const name of ['sales', 'research']) {
    const agent = await running.agent(name)
    await agent.callTool({ name: 'desk.echo', arguments: { message: `of ${name}` } })
  }
  vkey = readFileSync(join(running.folder, '.portcullis', 'keys', 'ledger.vkey'), 'utf8').trim()
})
after(() => running.close())

const at = (name: string) => join(running.folder, name)
const bundle = (...args: string[]) =>
  runPortcullis(['ledger', 'bundle', '--config', at('portcullis.toml'), '--json', ...args])
const runOf = (agent: string) =>
  running.receipts().find(({ kind, actor }) => kind === 'decision' && actor[0]?.id === agent)
    ?.run ?? assert.fail()

test('a run is handed on as a directory that verifies, also by other tools', async () => {
  const { stdout, exit } = await bundle('--run', runOf('sales'), '--out', at('run'))
  assert.equal(exit, 0, stdout)
  const { manifest, timeline } = verifyBundleAt(at('run'), vkey)
  assert.equal(JSON.parse(stdout).receipts, manifest.receipts)
  assert.deepEqual([...new Set(timeline.map(({ run }) => run))], [runOf('sales')])
  assert.equal(manifest.payloads, 0)
  assert.equal(readdirSync(at('run')).includes('payloads'), false)
  execFileSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: at('run') })
})

test('with payloads, as an archive that tar reads', async () => {
  const subject = ['--subject', 'agent:research', '--with-payloads']
  const { stdout, exit } = await bundle(...subject, '--out', at('subject.tar'))
  assert.equal(exit, 0, stdout)
  const { manifest, timeline } = verifyBundleAt(at('subject.tar'), vkey)
  assert.equal(manifest.payloads, 2)
  assert.deepEqual(
    timeline.map(({ what, outcome }) => [what, outcome]),
    [
      ['desk.echo', 'allow'],
      ['desk.echo', 'confirmed'],
    ],
  )
  mkdirSync(at('untarred'))
  execFileSync('tar', ['xf', at('subject.tar'), '-C', at('untarred')])
  verifyBundleAt(at('untarred'), vkey)
  const [payload = ''] = readdirSync(at('untarred/payloads'))
  assert.match(readFileSync(at(`untarred/payloads/${payload}`), 'utf8'), /of research/)
  assert.ok(running.receipts().some(({ event }) => event?.name === 'payload.shown'))
})

test('nothing is written over, and nothing selected is a mistake', async () => {
  const late = ['--since', '2100-01-01', '--out', at('none')]
  assert.match((await bundle(...late)).stdout, /REQUEST_INVALID/)
  assert.match((await bundle('--out', at('run'))).stdout, /FILE_UNWRITABLE/)
  const unknown = ['--subject', 'agent:nobody', '--out', at('none')]
  assert.match((await bundle(...unknown)).stdout, /SUBJECT_INVALID/)
})

const ATTACKS: readonly [name: string, change: (folder: string) => void][] = [
  ['a receipt is left out', (folder) => rmSync(first(folder))],
  ['a receipt is altered', (folder) => edit(first(folder), 'desk.echo', 'desk.ech0')],
  ['a receipt is put in place of another', (folder) => cpSync(last(folder), first(folder))],
  ['the timeline is altered', (folder) => edit(join(folder, 'timeline.json'), 'allow', 'deny')],
  ['the manifest is altered', (folder) => edit(join(folder, 'manifest.json'), '"v":1', '"v":2')],
  ['a file is added', (folder) => writeFileSync(join(folder, 'more.txt'), '')],
  ['a file grows', (folder) => appendFileSync(join(folder, 'README.md'), '\n')],
  ['a file is cut', (folder) => truncateSync(join(folder, 'checkpoint'), 10)],
  ['a file leads elsewhere', (folder) => symlinkSync('/etc/hostname', join(folder, 'link'))],
]

for (const [name, change] of ATTACKS) {
  test(`attack: ${name} in a bundle`, () => {
    const folder = at(`attacked ${name}`)
    cpSync(at('run'), folder, { recursive: true })
    change(folder)
    assert.throws(() => verifyBundleAt(folder, vkey), /^PortcullisError/)
  })
}

test('attack: a bundle whose digests were made to fit is refused by the proofs', () => {
  const folder = at('refitted')
  cpSync(at('run'), folder, { recursive: true })
  const file = first(folder)
  edit(file, 'desk.echo', 'desk.ech0')
  edit(join(folder, 'timeline.json'), 'desk.echo', 'desk.ech0')
  refit(folder)
  assert.throws(() => verifyBundleAt(folder, vkey), { code: 'PROOF_INVALID' })
})

/** One change each of the tiles, with digests that fit again. */
const TILE_ATTACKS: readonly [name: string, code: string, change: (tiles: string) => void][] = [
  ['a tile is altered', 'TILE_INVALID', (tiles) => flip(tileIn(tiles))],
  ['a tile is left out', 'TILE_INVALID', (tiles) => rmSync(tileIn(tiles))],
  [
    'a tile is added',
    'TILE_INVALID',
    (tiles) => cpSync(tileIn(tiles), join(tiles, 'tile', '0', '001')),
  ],
  [
    'their checkpoint is another',
    'BUNDLE_INVALID',
    (tiles) => cpSync(join(tiles, '..', 'checkpoint'), join(tiles, 'checkpoint')),
  ],
  ['they are left out', 'BUNDLE_INVALID', (tiles) => rmSync(tiles, { recursive: true })],
]

for (const [name, code, change] of TILE_ATTACKS) {
  test(`attack: of the tiles of a bundle ${name}, and the digests are made to fit`, () => {
    const folder = at(`tiles ${name}`)
    cpSync(at('run'), folder, { recursive: true })
    change(join(folder, 'tiles'))
    refit(folder)
    assert.throws(() => verifyBundleAt(folder, vkey), { code })
  })
}

test('attack: an archive that was cut or altered', () => {
  const archive = readFileSync(at('subject.tar'))
  for (const length of [0, 511, 512, 1_000, archive.length - 512]) {
    writeFileSync(at('cut.tar'), archive.subarray(0, length))
    assert.throws(() => verifyBundleAt(at('cut.tar'), vkey), { code: 'BUNDLE_INVALID' })
  }
  for (let place = 0; place < archive.length; place += 997) {
    const altered = Buffer.from(archive)
    altered[place] = (altered[place] ?? 0) ^ 1
    writeFileSync(at('altered.tar'), altered)
    assert.throws(() => verifyBundleAt(at('altered.tar'), vkey), /^PortcullisError/, `${place}`)
  }
})

test('attack: the key in the bundle is not the one that is trusted', () => {
  const other = 'example.com/other+00000000+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB'
  assert.throws(() => verifyBundleAt(at('run'), other), /^PortcullisError/)
})

/** The first receipt about an action. */
function first(folder: string): string {
  const files = readdirSync(join(folder, 'receipts')).sort()
  const paths = files.map((name) => join(folder, 'receipts', name))
  return paths.find((path) => readFileSync(path, 'utf8').includes('desk.echo')) ?? assert.fail()
}

function last(folder: string): string {
  return join(folder, 'receipts', readdirSync(join(folder, 'receipts')).sort().at(-1) ?? '')
}

/** Makes all digests of a bundle those of its files. */
function refit(folder: string): void {
  const manifest = join(folder, 'manifest.json')
  const value: BundleManifest = JSON.parse(readFileSync(manifest, 'utf8'))
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .filter((path) => path !== 'manifest.json' && path !== 'SHA256SUMS')
    .sort()
  const files = paths.map((path) => {
    const bytes = readFileSync(join(folder, path))
    return { bytes: bytes.length, path, sha256: hash('sha256', bytes) }
  })
  writeFileSync(manifest, `${canonical({ ...value, files })}\n`)
  const sums = [...paths, 'manifest.json'].map(
    (path) => `${hash('sha256', readFileSync(join(folder, path)))}  ${path}\n`,
  )
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
}

function tileIn(tiles: string): string {
  const [name = ''] = readdirSync(join(tiles, 'tile', '0'))
  const [partial = ''] = readdirSync(join(tiles, 'tile', '0', name))
  return join(tiles, 'tile', '0', name, partial)
}

function flip(file: string): void {
  const bytes = readFileSync(file)
  bytes[33] = (bytes[33] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  assert.ok(text.includes(from), `${file} has no ${from}`)
  writeFileSync(file, text.replaceAll(from, to))
}

test('the command that verifies takes a bundle, as a directory and as an archive', async () => {
  const key = join(running.folder, '.portcullis', 'keys', 'ledger.vkey')
  const verify = (...args: string[]) => runPortcullis(['verify', ...args, '--key', key, '--json'])
  for (const name of ['run', 'subject.tar']) {
    const { exit, stdout } = await verify(at(name))
    assert.equal(exit, 0, stdout)
    assert.equal(
      JSON.parse(stdout).receipts.length,
      verifyBundleAt(at(name), vkey).manifest.receipts,
    )
  }
  const { exit, stdout } = await verify(at('refitted'))
  const { ok, receipts, problems } = JSON.parse(stdout)
  assert.deepEqual([exit, ok, receipts, problems[0]?.code], [1, false, [], 'PROOF_INVALID'])
})
