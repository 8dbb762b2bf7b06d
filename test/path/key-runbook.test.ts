import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellBlocks } from '../support/guide.ts'
import { offlineRoot } from '../support/offline-root.ts'

for (const running of [true, false]) {
  const where = running ? 'through the runtime' : 'where none runs'
  test(`the runbook for a stolen key can be followed to the letter, ${where}`, async (t) => {
    const { shell, list, states } = await offlineRoot(t, { running })
    await shell('portcullis ledger checkpoint > ledger.head')
    const [rotate = '', compromised = '', bound = '', draft = '', ...rest] = shellBlocks(
      'runbook-key-compromise.md',
    )
    const [sign = '', publish = '', check = '', ...none] = rest
    assert.deepEqual(none, [])
    await shell(rotate)
    const [old] = (await list()).keys
    assert.equal(old?.state, 'retired')
    const named = (block: string) => shell(block.replace('ID', old?.id ?? ''))
    await named(compromised)
    await named(bound)
    assert.deepEqual(await states(), ['compromised', 'active'])
    assert.match(await shell(draft), new RegExp(`${old?.id} +Ed25519 +compromised`))
    await shell(sign)
    assert.match(await shell(publish), /trust document: version 2, good until \S+\n$/)
    assert.match(await shell(check), /^HOLDS: version 2[\s\S]*HOLDS: size \d+ of \S+ by the key/)
  })
}
