import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPortable, parsePortable } from '../../src/kernel/receipt/portable.ts'
import { readLedger } from '../../src/stores/segments/read-ledger.ts'
import { writeSampleLedger } from '../support/sample-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, vkeyOf } from '../support/sample-log.ts'
import { scratchForFile } from '../support/scratch.ts'

const COUNT = 70
const directory = scratchForFile()
const ledger = join(directory, 'ledger')
const goVerify = join(directory, 'go-verify')
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

await writeSampleLedger(ledger, COUNT)
const log = readLedger(ledger).of()

before(() => {
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  const options = { env, encoding: 'utf8', cwd: here('go-verify') } as const
  const { error, status, stderr } = spawnSync('go', ['build', '-o', goVerify, 'main.go'], options)
  const install = 'apt-get install golang-go golang-golang-x-mod-dev openssl'
  assert.equal(error, undefined, `Go is needed for this test: ${install}`)
  assert.equal(status, 0, `go build failed (${install}): ${stderr}`)
})

/** Each is given the file of a receipt and the file of a public key. */
const VERIFIERS: Record<string, string[]> = {
  'the Go checksum database': [goVerify],
  'openssl and a shell': ['sh', here('openssl-verify.sh')],
}

function run(verifier: readonly string[], receipt: string, vkey = SAMPLE_VKEY) {
  const [receiptFile, keyFile] = [join(directory, 'receipt.json'), join(directory, 'ledger.vkey')]
  writeFileSync(receiptFile, receipt)
  writeFileSync(keyFile, `${vkey}\n`)
  const [program = '', ...args] = [...verifier, receiptFile, keyFile]
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  assert.equal(error, undefined, `${program} is needed for this test`)
  return { accepted: status === 0, output: stdout + stderr }
}

function exported(which: number): string {
  return log.proof(which)
}

const FILE = exported(12)
const { receipt, proof } = parsePortable(FILE)
const [, , firstHash = ''] = proof.split('\n')
const withProof = (changed: string) => formatPortable({ receipt, proof: changed })
const stranger = { name: SAMPLE_ORIGIN, key: generateKeyPairSync('ed25519').privateKey }

/** One change each; `vkey` where the key and not the receipt is another. */
const TAMPERED: Record<string, { file: string; vkey?: string }> = {
  'one byte of the receipt changed': { file: FILE.replace('sales', 'salez') },
  'a digit of its place changed': { file: FILE.replace('\\"seq\\":12', '\\"seq\\":13') },
  'the receipt of another leaf': {
    file: formatPortable({ receipt: parsePortable(exported(13)).receipt, proof }),
  },
  'another index': { file: withProof(proof.replace('index 12', 'index 13')) },
  'a hash changed': { file: withProof(proof.replace(firstHash, `A${firstHash.slice(1)}`)) },
  'a hash left out': { file: withProof(proof.replace(`${firstHash}\n`, '')) },
  'a hash too many': { file: withProof(proof.replace('\n\n', `\n${firstHash}\n\n`)) },
  'another size': { file: withProof(proof.replace(`\n${COUNT + 1}\n`, `\n${COUNT}\n`)) },
  'a signature changed': { file: withProof(proof.replace(/.....=\n$/, 'AAAAA=\n')) },
  'no signature': { file: withProof(proof.replace(/\u2014.*\n$/, '')) },
  'the key of a stranger': { file: FILE, vkey: vkeyOf(stranger) },
}

for (const [name, verifier] of Object.entries(VERIFIERS)) {
  test(`exported receipts verify with ${name}`, () => {
    for (const seq of [0, 1, 12, 31, 32, 63, 64, COUNT - 1, COUNT]) {
      const { accepted, output } = run(verifier, exported(seq))
      assert.ok(accepted, output)
      assert.match(output, new RegExp(`OK: leaf ${seq} of ${COUNT + 1}, signed by ${log.origin}`))
    }
  })

  for (const [what, { file, vkey }] of Object.entries(TAMPERED)) {
    test(`${name} refuses a receipt with ${what}`, () => {
      assert.ok(vkey !== undefined || file !== FILE)
      const { accepted, output } = run(verifier, file, vkey)
      assert.ok(!accepted, output)
      assert.match(output, /REFUSED/)
    })
  }
}

/** Receipts of a tenant: what both programs say of the vectors that they can judge. */
const HEADS: Readonly<Record<string, boolean>> = {
  'head.json': true,
  'witnessed.json': true,
  'hybrid.json': true,
  'bad-head.json': false,
  'bad-head-index.json': false,
}

for (const [name, verifier] of Object.entries(VERIFIERS)) {
  for (const [file, holds] of Object.entries(HEADS)) {
    test(`${name} ${holds ? 'leads' : 'does not lead'} ${file} to the log of the node`, () => {
      const content = readFileSync(here(`../../docs/spec/receipt-vectors/${file}`), 'utf8')
      const { accepted, output } = run(verifier, content)
      assert.equal(accepted, holds, output)
      const log = `${SAMPLE_ORIGIN}/l/0123456789abcdef`
      const said = `OK: leaf 2 of 5, signed by ${log}; leaf 3 of 5, signed by ${SAMPLE_ORIGIN}\n`
      if (holds) assert.equal(output, said)
    })
  }

  test(`${name} refuses the log of a tenant under a name that is none of the node`, () => {
    const head = readFileSync(here('../../docs/spec/receipt-vectors/head.json'), 'utf8')
    for (const other of ['/l/0123456789abcde', '/l/0123456789ABCDEF', '/m/0123456789abcdef']) {
      const { accepted, output } = run(verifier, head.replaceAll('/l/0123456789abcdef', other))
      assert.ok(!accepted, output)
    }
  })
}

test('the guide shows the scripts that are tested here', () => {
  const guide = readFileSync(here('../../docs/guide/verify-without-us.md'), 'utf8')
  for (const script of ['openssl-verify.sh', 'openssl-cosigned.sh']) {
    assert.ok(guide.includes(readFileSync(here(script), 'utf8')), script)
  }
})
