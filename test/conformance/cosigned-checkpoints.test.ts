import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPortable, parsePortable } from '../../src/kernel/receipt/portable.ts'
import { verifyPortableReceipt } from '../../src/kernel/receipt/verify-receipt.ts'
import { formatTlogProof, parseTlogProof } from '../../src/kernel/tlog/tlog-proof.ts'
import { sampleDrafts } from '../support/sample-ledger.ts'
import { SAMPLE_ORIGIN, SAMPLE_VKEY, sampleLog } from '../support/sample-log.ts'
import { cosignatureLine, SAMPLE_TIME, sampleCosigner } from '../support/sample-witness.ts'
import { scratchForFile } from '../support/scratch.ts'

const directory = scratchForFile()
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const programs = new Map<string, string>()

before(() => {
  for (const name of ['go-verify', 'go-cosigned']) {
    const program = join(directory, name)
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
    const options = { env, encoding: 'utf8', cwd: here(name) } as const
    const { error, status, stderr } = spawnSync('go', ['build', '-o', program, 'main.go'], options)
    const install = 'apt-get install golang-go golang-golang-x-mod-dev openssl'
    assert.equal(error, undefined, `Go is needed for this test: ${install}`)
    assert.equal(status, 0, `go build failed (${install}): ${stderr}`)
    programs.set(name, program)
  }
})

const LOG = sampleLog(sampleDrafts(20))
const WITNESS = sampleCosigner('ed25519', 'witness.example/w', '01')
const LINES = [
  sampleCosigner('ml-dsa-44', SAMPLE_ORIGIN, '02'),
  WITNESS,
  sampleCosigner('ml-dsa-44', 'witness.example/w', '01'),
].map((cosigner) => cosignatureLine(LOG.checkpoint, cosigner))
const NOTE = LOG.checkpoint + LINES.join('')

/** A receipt under the cosigned checkpoint. */
function receiptAt(index: number): string {
  const { receipt, proof } = parsePortable(LOG.portable(index))
  const checkpoint = NOTE
  return formatPortable({
    receipt,
    proof: formatTlogProof({ ...parseTlogProof(proof), checkpoint }),
  })
}

function run(program: string, ...contents: readonly string[]) {
  const files = contents.map((content, index) => {
    const file = join(directory, `${index}`)
    writeFileSync(file, content)
    return file
  })
  const [command = '', ...args] =
    program === 'openssl' ? ['sh', here('openssl-verify.sh')] : [programs.get(program) ?? '']
  const { status, stdout, stderr } = spawnSync(command, [...args, ...files], { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

for (const verifier of ['go-verify', 'openssl']) {
  test(`a receipt under a cosigned checkpoint verifies with ${verifier}`, () => {
    for (const index of [0, 7, 20]) {
      const { status, output } = run(verifier, receiptAt(index), SAMPLE_VKEY)
      assert.match(output, new RegExp(`^OK: leaf ${index} of 21, signed by ${SAMPLE_ORIGIN}`))
      assert.equal(status, 0)
    }
  })
}

test('it verifies with ours, which was given the Ed25519 key alone', () => {
  assert.equal(verifyPortableReceipt(receiptAt(7), SAMPLE_VKEY).receipt.seq, 7)
})

test('Go verifies the line of the log and of the witness, and passes over ML-DSA', () => {
  const { output } = run('go-cosigned', NOTE, SAMPLE_VKEY, WITNESS.vkey)
  assert.equal(output, 'OK: 2 signatures, 2 unknown\n')
})

const [, line = ''] = LINES
const WRONG: Record<string, string> = {
  'another head': NOTE.replace('\n21\n', '\n20\n'),
  'another time': NOTE.replace(line, line.replace('BqsTu', 'BqsTv')),
  'no cosignature': NOTE.replace(line, ''),
}

for (const [what, note] of Object.entries(WRONG)) {
  test(`Go refuses a cosigned checkpoint with ${what}`, () => {
    assert.ok(note !== NOTE)
    const { status, output } = run('go-cosigned', note, SAMPLE_VKEY, WITNESS.vkey)
    assert.match(output, /^REFUSED/)
    assert.equal(status, 1)
  })
}

test('openssl and a shell verify the line of the witness', () => {
  const cosigned = (note: string, vkey: string) => {
    const files = [note, vkey].map((content, at) => {
      const file = join(directory, `cosigned-${at}`)
      writeFileSync(file, content)
      return file
    })
    const script = here('openssl-cosigned.sh')
    const { stdout, stderr } = spawnSync('sh', [script, ...files], { encoding: 'utf8' })
    return stdout + stderr
  }
  const said = `OK: cosigned by ${WITNESS.key.name} at ${SAMPLE_TIME}\n`
  assert.equal(cosigned(NOTE, WITNESS.vkey), said)
  const other = sampleCosigner('ed25519', 'witness.example/w', '05')
  assert.match(cosigned(NOTE, other.vkey), /^REFUSED: it is another key/)
  const larger = NOTE.replace('\n21\n', '\n22\n')
  assert.match(cosigned(larger, WITNESS.vkey), /REFUSED: the cosignature is wrong/)
  assert.match(cosigned(LOG.checkpoint, WITNESS.vkey), /^REFUSED: the witness did not cosign once/)
})
