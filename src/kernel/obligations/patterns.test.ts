import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REDACTION_CLASSES, REDACTION_PATTERNS, type RedactionPattern } from './patterns.ts'

const FOUND: Record<RedactionPattern, readonly string[]> = {
  email: ['ada@example.org', "o'neil+x@a-b.co.uk", 'jörg@bücher.example', 'ada＠example.org'],
  phone: ['+49 30 1234567', '+1 (415) 555-0132', '+442071838750'],
  payment_card: ['4111111111111111', '5500-0000-0000-0004', '3400 000000 00009'],
  iban: ['DE89370400440532013000', 'GB29 NWBK 6016 1331 9268 19'],
  us_ssn: ['078-05-1120'],
  jwt: ['eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJzYWxlcyJ9.c2lnbmF0dXJl'],
  api_key: [
    'sk-abcdefghijklmnop1234',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'AKIAIOSFODNN7EXAMPLE',
  ],
  private_key: ['-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----'],
}

const LEFT: Record<RedactionPattern, readonly string[]> = {
  email: ['ada at example.org', '@here', 'a@b'],
  phone: ['2026-11-21', '1 + 1 = 2'],
  payment_card: ['1700000000001', '4111111111111112', '12345'],
  iban: ['DEADBEEF'],
  us_ssn: ['1078-05-11200', '07-805-1120'],
  jwt: ['eyJ.x.y'],
  api_key: ['sketch', 'task-force'],
  private_key: ['-----BEGIN CERTIFICATE-----'],
}

function redacted(name: RedactionPattern, text: string): string {
  const { expression, holds } = REDACTION_PATTERNS[name]
  return text.replace(expression, (match) => (holds(match) ? '' : match))
}

for (const name of Object.keys(REDACTION_PATTERNS) as RedactionPattern[]) {
  test(`\`${name}\` finds what it names and leaves the rest`, () => {
    for (const text of FOUND[name]) assert.equal(redacted(name, `<${text}>`), '<>', text)
    for (const text of LEFT[name]) assert.equal(redacted(name, text), text)
  })

  test(`\`${name}\` takes steps in proportion to the text, however it is chosen`, () => {
    const hostile = ['a', '1', '+1', '1-', 'a.', 'A1', 'eyJa.', 'sk-', '@a.', '-----BEGIN ']
    for (const piece of hostile) redacted(name, piece.repeat(100_000 / piece.length))
  })
}

test('every pattern is in a class, and a class has no name of a pattern', () => {
  const classed = new Set<string>(Object.values(REDACTION_CLASSES).flat())
  assert.deepEqual([...classed].sort(), Object.keys(REDACTION_PATTERNS).sort())
  for (const name of Object.keys(REDACTION_CLASSES)) assert.ok(!(name in REDACTION_PATTERNS))
})
