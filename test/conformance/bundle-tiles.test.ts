import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyBundleAt, writeBundle } from '../../src/app/bundle/bundle-files.ts'
import { makeBundle } from '../../src/app/bundle/make-bundle.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { writeSampleLedger } from '../support/sample-ledger.ts'
import { SAMPLE_VKEY } from '../support/sample-log.ts'
import { scratchForFile } from '../support/scratch.ts'

const folder = scratchForFile()
const goBundle = join(folder, 'go-bundle')
const bundle = join(folder, 'bundle')
const ledger = join(folder, 'ledger')
const keyFile = join(folder, 'ledger.vkey')
const logKeyFile = join(bundle, 'keys', 'log.vkey')

before(async () => {
  const cwd = fileURLToPath(new URL('go-bundle', import.meta.url))
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  const options = { env, encoding: 'utf8', cwd } as const
  const { error, status, stderr } = spawnSync('go', ['build', '-o', goBundle, 'main.go'], options)
  const install = 'apt-get install golang-go golang-golang-x-mod-dev'
  assert.equal(error, undefined, `Go is needed for this test: ${install}`)
  assert.equal(status, 0, `go build failed (${install}): ${stderr}`)
  await writeSampleLedger(ledger, 700)
  writeFileSync(keyFile, `${SAMPLE_VKEY}\n`)
  const place = { directory: ledger, keyFile }
  const files = await makeBundle({ place, selection: { run: 'run-1' }, now: 0 })
  writeBundle(bundle, files)
})

function go(at: string, key = logKeyFile) {
  const { status, stdout, stderr } = spawnSync(goBundle, [at, key], { encoding: 'utf8' })
  return { accepted: status === 0, output: stdout + stderr }
}

/** The bundle with one change. */
function changed(name: string, change: (at: string) => void): string {
  const at = join(folder, name)
  cpSync(bundle, at, { recursive: true })
  change(at)
  return at
}

const tilesIn = (at: string) =>
  readdirSync(join(at, 'tiles', 'tile'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))

test('the Go checksum database proves the receipts of a bundle from its tiles', () => {
  const { manifest } = verifyBundleAt(bundle, SAMPLE_VKEY)
  assert.ok(manifest.receipts > 200)
  const { accepted, output } = go(bundle)
  assert.ok(accepted, output)
  assert.match(output, new RegExp(`^OK: ${manifest.receipts} receipts of 701\n`))
  // A run across the whole log needs the tiles of the whole log, and no entry of another.
  assert.equal(tilesIn(bundle).length, 4)
  assert.equal(
    tilesIn(bundle).some((path) => path.includes('entries')),
    false,
  )
  assert.equal(readLedger(ledger).of().size, 701)
})

test('one bit of each tile, a tile less, and Go refuses the bundle, as we do', () => {
  for (const [n, tile] of tilesIn(bundle).entries()) {
    const place = tile.slice(bundle.length)
    const flipped = changed(`flipped-${n}`, (at) => {
      const bytes = readFileSync(at + place)
      bytes[33] = (bytes[33] ?? 0) ^ 1
      writeFileSync(at + place, bytes)
    })
    const missing = changed(`missing-${n}`, (at) => rmSync(at + place))
    for (const at of [flipped, missing]) {
      assert.equal(go(at).accepted, false, at)
      assert.throws(() => verifyBundleAt(at, SAMPLE_VKEY), { code: 'BUNDLE_INVALID' })
    }
  }
})

test('another receipt, or the key under another name, and Go refuses the bundle', () => {
  const altered = changed('altered', (at) => {
    const file = join(at, 'receipts', readdirSync(join(at, 'receipts'))[3] ?? '')
    writeFileSync(file, readFileSync(file, 'utf8').replace('run-1', 'run-2'))
  })
  assert.equal(go(altered).accepted, false)
  assert.equal(go(bundle, keyFile).accepted, false, 'the log is signed under its own name')
})
