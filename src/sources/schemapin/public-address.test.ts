import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublicAddress, publicLookup } from './public-address.ts'

const PRIVATE = [
  ...['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
  ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', '::1', '::ffff:8.8.8.8', 'fe80::1'],
  ...['fe80::1%eth0', 'fd00::1', 'ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1'],
  ...['2001:0:4136:e378::1', 'localhost', ''],
]

for (const address of PRIVATE) {
  test(`${address || 'nothing'} is not public`, () => assert.equal(isPublicAddress(address), false))
}

for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1']) {
  test(`${address} is public`, () => assert.equal(isPublicAddress(address), true))
}

test('a name with an address that is not public is not looked up for a connection', async () => {
  const failed = await new Promise<Error | null>((resolve) => {
    publicLookup('localhost', {}, (error) => resolve(error))
  })
  assert.match(failed?.message ?? '', /not public/)
})
