import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { ownAuthority } from '../../../test/support/own-authority.ts'
import { silentLog } from '../../../test/support/silent-log.ts'
import { OwnCertificate } from './own-certificate.ts'

const HOUR = 3_600_000

/** A certificate whose time the test turns. */
async function own(t: TestContext) {
  const { authority } = await ownAuthority(t)
  const alarms: { readonly waitMs: number; readonly ring: () => void }[] = []
  const alarm = {
    after(waitMs: number, ring: () => void) {
      alarms.push({ waitMs, ring })
      return () => undefined
    },
  }
  const clock = { now: () => Date.now(), elapsed: () => 0 }
  const certificate = await OwnCertificate.open({
    ...{ authority, clock, alarm, log: silentLog, ttlMs: HOUR, hosts: ['localhost', '::1'] },
  })
  const changed = () => new Promise<void>((resolve) => certificate.onChange(resolve))
  return { authority, certificate, alarms, changed }
}

const serialOf = ({ cert }: { readonly cert: string }) => new X509Certificate(cert).serialNumber

test('the runtime shows an SVID of its own, for the names that it is reached by', async (t) => {
  const { certificate } = await own(t)
  const { subjectAltName } = new X509Certificate(certificate.current().cert)
  const id = 'spiffe://gate.example.com/t/default/service/portcullis'
  assert.equal(subjectAltName, `URI:${id}, DNS:localhost, IP Address:0:0:0:0:0:0:0:1`)
})

test('after half of its life it is another, with another key', async (t) => {
  const { certificate, alarms, changed } = await own(t)
  const before = certificate.current()
  assert.deepEqual(
    alarms.map(({ waitMs }) => waitMs),
    [HOUR / 2],
  )
  const renewed = changed()
  alarms[0]?.ring()
  await renewed
  assert.notEqual(serialOf(certificate.current()), serialOf(before))
  assert.notEqual(certificate.current().key, before.key)
})

test('when the authority changes, it changes with it', async (t) => {
  const { authority, certificate, changed } = await own(t)
  const renewed = changed()
  await authority.rotate(Date.now(), { emergency: true })
  await renewed
  const [root = ''] = authority.at(Date.now()).roots
  const { cert } = certificate.current()
  assert.ok(new X509Certificate(cert).verify(new X509Certificate(root).publicKey))
})
