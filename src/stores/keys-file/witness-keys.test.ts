import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratch } from '../../../test/support/scratch.ts'
import { newWitnessKeys, readWitnessKeys, writeWitnessKeys } from './witness-keys.ts'

test('the keys of a witness are written whole, read again, and never written over', async (t) => {
  const file = join(await scratch(t), 'witness.pem')
  assert.equal(await readWitnessKeys(file), undefined)
  const keys = newWitnessKeys('w.example/w')
  await writeWitnessKeys(file, keys)
  const read = await readWitnessKeys(file)
  assert.equal(read?.name, 'w.example/w')
  assert.deepEqual(
    read?.cosigners.map(({ vkey }) => vkey),
    keys.cosigners.map(({ vkey }) => vkey),
  )
  await assert.rejects(writeWitnessKeys(file, newWitnessKeys('w.example/w')), {
    code: 'FILE_UNWRITABLE',
  })
})

const DAMAGES: Record<string, (text: string) => string> = {
  'a key less': (text) => text.replace(/-----BEGIN[^-]*-----\n[^-]+-----END[^-]*-----\n$/, ''),
  'a key twice': (text) => text + text.slice(text.indexOf('-----BEGIN')),
  'its keys in the other order': (text) => {
    const [name, ...blocks] = text.split(/(?=-----BEGIN)/)
    return [name, ...blocks.reverse()].join('')
  },
  'no name': (text) => text.slice(text.indexOf('-----BEGIN')),
  'a key that is cut': (text) => text.replace(/.{8}\n-----END/, '\n-----END'),
  'text after the keys': (text) => `${text}x\n`,
}

for (const [what, damage] of Object.entries(DAMAGES)) {
  test(`a key file with ${what} is refused`, async (t) => {
    const file = join(await scratch(t), 'witness.pem')
    await writeWitnessKeys(file, newWitnessKeys('w.example/w'))
    const text = readFileSync(file, 'utf8')
    assert.notEqual(damage(text), text)
    writeFileSync(file, damage(text))
    await assert.rejects(readWitnessKeys(file), { code: 'KEYS_INVALID' })
  })
}

test('a key file that others may read is refused', async (t) => {
  const file = join(await scratch(t), 'witness.pem')
  await writeWitnessKeys(file, newWitnessKeys('w.example/w'))
  chmodSync(file, 0o640)
  await assert.rejects(readWitnessKeys(file), { code: 'KEYS_INSECURE' })
})
