import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'

const CONFIG = `
[spaces.sales]
[agents.seller]
roles = []
space = "sales"
[agents.maker]
roles = []
[members.ana]
spaces = { sales = ["admin"] }
`

const TESTS = `
fixtures:
  principals:
    ana: { kind: human, roles: [admin] }
  resources:
    seller: { type: agent, id: seller }
tests:
  - name: an admin suspends agents of the space, and revokes none
    principals: [ana]
    operations: [admin.agents.suspend, admin.agents.revoke]
    resources: [seller]
    expect:
      - { operation: admin.agents.suspend, effect: allow }
      - { operation: admin.agents.revoke, effect: deny, reason: explicit_deny }
`

async function project(t: TestContext): Promise<string> {
  const folder = await scratch(t)
  mkdirSync(join(folder, 'policies'))
  writeFileSync(join(folder, 'portcullis.toml'), CONFIG)
  const policy = 'policy careful { deny: admin.agents.revoke }\n'
  writeFileSync(join(folder, 'policies', 'careful.policy'), policy)
  writeFileSync(join(folder, 'policies', 'careful.test.yaml'), TESTS)
  return folder
}

const QUESTIONS: readonly [action: string, resource: string, exit: number, says: RegExp][] = [
  ['admin.agents.suspend', 'seller', 0, /built-in\/administration\.policy/],
  ['admin.agents.suspend', 'maker', 1, /deny/],
  ['admin.agents.revoke', 'seller', 1, /careful\.policy/],
]

for (const [action, resource, exit, says] of QUESTIONS) {
  test(`a member is told why it may or may not ${action} ${resource}`, async (t) => {
    const question = ['--member', 'ana', '--action', action, '--resource', resource]
    const cwd = await project(t)
    const explained = await runPortcullis(['policy', 'explain', ...question], { cwd })
    assert.equal(explained.exit, exit, explained.stderr)
    assert.match(explained.stdout, says)
  })
}

test('policy tests know the built-in rules of administration', async (t) => {
  const { exit, stdout, stderr } = await runPortcullis(['policy', 'test'], {
    cwd: await project(t),
  })
  assert.equal(exit, 0, stdout + stderr)
})
