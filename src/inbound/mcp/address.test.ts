import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, type ErrorCode } from '../../kernel/errors.ts'
import { type AddressRules, checkAddress } from './address.ts'

const RULES: AddressRules = {
  allowedHosts: ['gateway.example.com', 'Other.example.com:8443'],
  allowedOrigins: ['https://console.example.com'],
  secure: false,
}

function verdict(hosts: readonly string[], origin?: string, rules: Partial<AddressRules> = {}) {
  try {
    checkAddress({ hosts, origin, port: 7332 }, { ...RULES, ...rules })
    return 'served'
  } catch (error) {
    return codeOf(error)
  }
}

const HOSTS: readonly [host: string, verdict: 'served' | ErrorCode][] = [
  ['localhost:7332', 'served'],
  ['LOCALHOST:7332', 'served'],
  ['127.0.0.1:7332', 'served'],
  ['127.8.8.8:7332', 'served'],
  ['[::1]:7332', 'served'],
  ['gateway.example.com', 'served'],
  ['GATEWAY.example.com:7332', 'served'],
  ['other.example.com:8443', 'served'],
  ['other.example.com', 'HOST_REFUSED'],
  ['localhost', 'HOST_REFUSED'],
  ['localhost:7333', 'HOST_REFUSED'],
  ['localhost.:7332', 'HOST_REFUSED'],
  ['localhost.evil.example:7332', 'HOST_REFUSED'],
  ['127.0.0.1.evil.example:7332', 'HOST_REFUSED'],
  ['1270.0.0.1:7332', 'HOST_REFUSED'],
  ['evil.example:7332', 'HOST_REFUSED'],
  ['evil.example@localhost:7332', 'HOST_REFUSED'],
  ['localhost:7332/x', 'HOST_REFUSED'],
  ['localhost:7332, evil.example', 'HOST_REFUSED'],
  ['[::1%eth0]:7332', 'HOST_REFUSED'],
  ['0.0.0.0:7332', 'HOST_REFUSED'],
  ['', 'HOST_REFUSED'],
]

for (const [host, expected] of HOSTS) {
  test(`the host \`${host}\` gives ${expected}`, () => assert.equal(verdict([host]), expected))
}

test('a request without a host, or with two, is refused', () => {
  assert.equal(verdict([]), 'HOST_REFUSED')
  assert.equal(verdict(['localhost:7332', 'localhost:7332']), 'HOST_REFUSED')
})

const ORIGINS: readonly [origin: string, verdict: 'served' | ErrorCode][] = [
  ['http://localhost:7332', 'served'],
  ['http://127.0.0.1:7332', 'served'],
  ['http://[::1]:7332', 'served'],
  ['https://console.example.com', 'served'],
  ['http://console.example.com', 'ORIGIN_REFUSED'],
  ['https://console.example.com:8443', 'ORIGIN_REFUSED'],
  ['https://localhost:7332', 'ORIGIN_REFUSED'],
  ['http://localhost:8080', 'ORIGIN_REFUSED'],
  ['http://localhost', 'ORIGIN_REFUSED'],
  ['http://evil.example', 'ORIGIN_REFUSED'],
  ['null', 'ORIGIN_REFUSED'],
  ['', 'ORIGIN_REFUSED'],
]

for (const [origin, expected] of ORIGINS) {
  test(`the origin \`${origin}\` gives ${expected}`, () => {
    assert.equal(verdict(['localhost:7332'], origin), expected)
  })
}

test('over TLS the own origin is https', () => {
  const over = (origin: string) => verdict(['localhost:7332'], origin, { secure: true })
  assert.equal(over('https://localhost:7332'), 'served')
  assert.equal(over('http://localhost:7332'), 'ORIGIN_REFUSED')
})
