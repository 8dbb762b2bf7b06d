import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCertificateBinding } from './certificate-binding.ts'

const certificate = { der: new Uint8Array([1]), thumbprint: 'a'.repeat(43) }

test('a token bound to the certificate of its connection is proved', () => {
  checkCertificateBinding('a'.repeat(43), certificate)
})

const UNPROVED = [
  ['no certificate', 'a'.repeat(43), undefined],
  ['another certificate', 'b'.repeat(43), certificate],
  ['the beginning of a thumbprint', 'a', certificate],
  ['nothing', '', certificate],
] as const

for (const [title, bound, presented] of UNPROVED) {
  test(`a token bound to ${title} is not proved`, () => {
    assert.throws(() => checkCertificateBinding(bound, presented), { code: 'IDENTITY_UNPROVED' })
  })
}
