import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { act, storageOf } from '../support/action-door.ts'
import { type RunningRuntime, runRuntime } from '../support/running-runtime.ts'

const POLICY = `policy storage {
  allow: storage.write unless resource.exists
  allow: storage.list
  deny: storage.* unless principal.roles.contains("sales")
}
policy secrets { deny: storage.read("secret/*") }
`

let running: RunningRuntime
before(async () => {
  running = await runRuntime({ policy: POLICY, agents: ['sales', 'ops'] })
})
after(() => running.close())

const TRICKS = [
  ...['../../etc/passwd', '..', '/etc/passwd', 'a/../../b', 'a/./b', 'a//b', 'C:\\boot.ini'],
  ...['..\\..\\x', 'a/%2e%2e/b', '.portcullis/keys/root.pem', 'x\u0000.txt', 'aux', 'a/NUL.txt'],
  ...['\uff0e\uff0e/b', 'secret\u2215plan.txt', 'p\u0430ypal.txt', 'a\u202egpj.exe', 'a\u200b'],
  ...['a'.repeat(300), '', ' ', 'a*'],
]

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => String(name))
    .filter((name) => statSync(join(folder, name)).isFile())
}

for (const name of TRICKS) {
  test(`the name ${JSON.stringify(name.slice(0, 30))} is refused, nothing is written`, async () => {
    const before = filesBelow(running.folder).length
    const ask = (path: string, args: object) => act(running, 'sales', { path, body: { args } })
    for (const path of ['storage/write', 'storage/read', 'storage/delete']) {
      const content = path === 'storage/write' ? { content: 'x' } : {}
      const { status, code } = await ask(path, { name, ...content })
      assert.deepEqual([status, code], [400, 'STORAGE_NAME_REFUSED'])
    }
    assert.equal(filesBelow(running.folder).length, before)
  })
}

test('a name with folders of policies in it attaches no policy to anybody', async () => {
  const sales = await storageOf(running, 'sales')
  for (const name of ['agents/ops/x.txt', 'roles/ops/x.txt', 'memory/ops/x.txt']) {
    await sales.write(name, 'x')
    assert.equal((await sales.read(name)).text(), 'x')
  }
})

test('no name of an object is the name of a file', async () => {
  await (await storageOf(running, 'sales')).write('readable/name.txt', 'x')
  const files = filesBelow(join(running.folder, '.portcullis', 'storage'))
  assert.deepEqual(
    files.filter((file) => file.includes('readable') || file.includes('name.txt')),
    [],
  )
})

test('another case of a name is neither the object nor an object beside it', async () => {
  const sales = await storageOf(running, 'sales')
  await sales.write('Report.txt', 'mine')
  await assert.rejects(sales.read('report.txt'), { code: 'POLICY_DENIED' })
  await assert.rejects(sales.write('report.TXT', 'x'), { code: 'STORAGE_NAME_TAKEN' })
  await assert.rejects(sales.getACL('report.TXT'), { code: 'POLICY_DENIED' })
})

test('a deny of a folder holds whatever the spelling of the rest', async () => {
  const sales = await storageOf(running, 'sales')
  await sales.write('secret/plan.txt', 'x')
  await assert.rejects(sales.read('secret/plan.txt'), { code: 'POLICY_DENIED' })
  for (const name of ['secret//plan.txt', './secret/plan.txt', 'x/../secret/plan.txt']) {
    await assert.rejects(sales.read(name), { code: 'STORAGE_NAME_REFUSED' })
  }
})
