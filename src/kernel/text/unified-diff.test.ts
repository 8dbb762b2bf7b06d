import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { unifiedDiff } from './unified-diff.ts'

test('equal texts have no diff', () => assert.equal(unifiedDiff('a', 'x\n', 'x\n'), ''))

test('a diff reads as `diff -u` prints it', () => {
  const before = `${[...'abcdefghijklmnop'].join('\n')}\n`
  const after = before.replace('b\n', '').replace('o\n', 'o\nO\n')
  assert.equal(
    unifiedDiff('p.policy', before, after),
    '--- p.policy\n+++ p.policy\n@@ -1,5 +1,4 @@\n a\n-b\n c\n d\n e\n' +
      '@@ -13,4 +12,5 @@\n m\n n\n o\n+O\n p\n',
  )
})

test('texts too different to compare line by line are shown as replaced', () => {
  const lines = (mark: string) => Array.from({ length: 2_100 }, (_, i) => `${mark}${i}\n`).join('')
  const diff = unifiedDiff('p', lines('a'), lines('b'))
  assert.equal(diff.split('\n').filter((line) => line.startsWith('-a')).length, 2_100)
})

test('`patch` makes the one text of the other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-diff-'))
  const path = join(folder, 'p')
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 30 })
  const whole = fc.tuple(text, fc.boolean()).map(([all, end]) => all.join('\n') + (end ? '\n' : ''))
  try {
    fc.assert(
      fc.property(whole, whole, (before, after) => {
        writeFileSync(path, before)
        const input = unifiedDiff('p', before, after)
        const { status, stdout } = spawnSync(
          'git',
          ['apply', '--unsafe-paths', '-p0', '--unidiff-zero', '-'],
          {
            cwd: folder,
            input,
            encoding: 'utf8',
          },
        )
        if (input !== '') assert.equal(status, 0, `${stdout}${input}`)
        assert.equal(readFileSync(path, 'utf8'), after)
      }),
      { numRuns: 40 },
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
