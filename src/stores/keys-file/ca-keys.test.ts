import assert from 'node:assert/strict'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ownAuthority } from '../../../test/support/own-authority.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000

test('the key of the authority is for its owner alone, and stays the same', async (t) => {
  const { directory, authority, open } = await ownAuthority(t, NOW)
  const { mode } = await stat(join(directory, 'ca', '1.pem'))
  assert.equal(mode & 0o777, 0o600)
  assert.equal((await stat(join(directory, 'ca'))).mode & 0o777, 0o700)
  assert.deepEqual((await open()).roots(NOW), authority.roots(NOW))
})

test('a root that signs no more has no key any more', async (t) => {
  const { directory, authority, open } = await ownAuthority(t, NOW)
  await authority.rotate(NOW, { emergency: false })
  const files = () => readdir(join(directory, 'ca'))
  assert.deepEqual((await files()).sort(), ['1.pem', '2.pem', 'states.json'], 'both may sign')
  await open(NOW + DAY)
  assert.deepEqual((await files()).sort(), ['2.pem', 'states.json'])
  await authority.rotate(NOW + DAY, { emergency: true })
  assert.deepEqual((await files()).sort(), ['3.pem', 'states.json'])
})

test('the bundle counts each root that came and each that went', async (t) => {
  const { authority } = await ownAuthority(t, NOW)
  const at = (now: number) => authority.bundle(now).spiffe_sequence
  const first = at(NOW)
  await authority.rotate(NOW, { emergency: false })
  assert.equal(at(NOW), first + 1)
  assert.equal(at(NOW + 2 * DAY), first + 2)
})

test('no root is announced while another is', async (t) => {
  const { authority } = await ownAuthority(t, NOW)
  await authority.rotate(NOW, { emergency: false })
  await assert.rejects(authority.rotate(NOW + 1, { emergency: false }), { code: 'CA_ROTATING' })
  assert.equal(authority.roots(NOW).length, 2)
})

const BROKEN: readonly [title: string, code: string, harm: (ca: string) => Promise<void>][] = [
  ['others may read its key', 'KEYS_INSECURE', (ca) => chmod(join(ca, '1.pem'), 0o640)],
  ['its key is gone', 'KEYS_INCOMPLETE', (ca) => rm(join(ca, '1.pem'))],
  ['its key is none', 'KEYS_INVALID', (ca) => writeFile(join(ca, '1.pem'), 'x')],
  ['its states are no JSON', 'KEYS_INVALID', (ca) => writeFile(join(ca, 'states.json'), 'x')],
  ['its states are empty', 'KEYS_INVALID', (ca) => writeFile(join(ca, 'states.json'), '{}\n')],
  [
    'a time in its states is altered to none',
    'KEYS_INVALID',
    async (ca) => {
      const file = join(ca, 'states.json')
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.replace(`"activates":${NOW}`, '"activates":1e300'))
    },
  ],
]

for (const [title, code, harm] of BROKEN) {
  test(`an authority is not opened when ${title}`, async (t) => {
    const { directory, open } = await ownAuthority(t, NOW)
    await harm(join(directory, 'ca'))
    await assert.rejects(open(), { code })
  })
}
