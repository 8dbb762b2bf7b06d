import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, test } from 'node:test'
import { provide } from './apt.js'

const path = process.env.PATH
let bin = ''
let calls = ''

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'portcullis-apt-'))
  calls = join(bin, 'calls')
  process.env.PATH = bin
})

afterEach(() => {
  process.env.PATH = path
  rmSync(bin, { recursive: true })
})

function place(command: string, script = ''): void {
  writeFileSync(join(bin, command), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, command), 0o755)
}

/** An apt-get that notes how it was called, and whose `install` does `effect`. */
function placeAptGet(effect: string): void {
  place(
    'apt-get',
    `echo "$DEBIAN_FRONTEND $*" >> ${calls}\ncase "$*" in *install*) ${effect};; esac`,
  )
}

test('what is there is not installed', () => {
  place('openssl')
  placeAptGet('exit 9')
  provide(['openssl'], true)
  assert.throws(() => readFileSync(calls), { code: 'ENOENT' })
})

test('root gets exactly what is missing, without questions and without recommendations', () => {
  place('openssl')
  placeAptGet(`: > ${bin}/go`)
  provide(['openssl', 'go'], true)
  const [update, install, ...more] = readFileSync(calls, 'utf8').trim().split('\n')
  assert.match(update ?? '', /^noninteractive .*update/)
  assert.match(install ?? '', /^noninteractive .*install .*-y --no-install-recommends golang-go$/)
  assert.deepEqual(more, [])
})

test('without root the error names what is missing and the command that helps', () => {
  placeAptGet('exit 9')
  assert.throws(() => provide(['openssl', 'go'], false), {
    message:
      'missing: openssl, golang-go\n  run: sudo apt-get update && ' +
      'sudo apt-get install -y --no-install-recommends openssl golang-go',
  })
})

test('a machine without apt-get is told what is missing', () => {
  assert.throws(() => provide(['openssl'], true), { message: /^missing: openssl .* no apt-get$/ })
})

test('an install that fails is an error', () => {
  placeAptGet('exit 100')
  assert.throws(() => provide(['openssl'], true), { message: 'apt-get install failed (exit 100)' })
})

test('an install that leaves something missing is an error', () => {
  placeAptGet(':')
  assert.throws(() => provide(['openssl'], true), { message: /^still missing .*: openssl$/ })
})
