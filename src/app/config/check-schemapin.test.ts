import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText, refusal } from '../../../test/support/config-text.ts'

const SERVER = '[servers.crm]\ntransport = "stdio"\ncommand = "crm"\n[servers.crm.schemapin]\n'
const DOMAINS = 'domains = ["example.com"]\n'
const FINGERPRINT = `sha256:${'ab'.repeat(32)}`

const MISTAKES: readonly [title: string, text: string, said: RegExp][] = [
  ['no domain', 'level = "warn"', /:4:14: `servers.crm.schemapin.domains` is missing/],
  ['an empty list of domains', 'domains = []', /:5:11: name a domain whose signatures count/],
  ['an address for a domain', 'domains = ["127.0.0.1"]', /:5:12: a domain is a host name/],
  ['a level that there is not', `${DOMAINS}level = "must"`, /:6:9: .*`off`, `warn` or `require`/],
  ['a key that is no fingerprint', `${DOMAINS}keys = ["sha256:AB"]`, /64 hex digits/],
  [
    'a bundle that is not there',
    `${DOMAINS}bundles = ["x.json"]`,
    /:6:12: .*file that is not there/,
  ],
  ['nowhere to find a key', `${DOMAINS}discovery = false`, /:6:13: without `discovery` no key/],
  ['nothing to confirm a key', `${DOMAINS}first_use = "refuse"`, /:6:13: nothing could confirm/],
  [
    'keys of bundles without one',
    `${DOMAINS}bundle_keys = ["${FINGERPRINT}"]`,
    /:6:15: there are no `bundles` to be signed/,
  ],
]

for (const [title, text, said] of MISTAKES) {
  test(`${title} is a mistake`, async (t) => {
    const { code, message } = await refusal(t, `${SERVER}${text}\n`)
    assert.equal(code, 'CONFIG_INVALID')
    assert.match(message, said)
  })
}

test('a server that names a domain asks for signatures, and pins what it sees first', async (t) => {
  const { config } = await loadText(t, `${SERVER}domains = ["Example.COM."]\n`)
  assert.deepEqual(config.servers.crm?.schemapin, {
    ...{ level: 'require', domains: ['example.com'], keys: [], firstUse: 'pin', expired: 'accept' },
    ...{ discovery: true, bundles: [], bundleKeys: [], dns: false, allowPrivate: false },
  })
})
