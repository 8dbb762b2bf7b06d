import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'

const PLAIN = `policy p {
  @reason("sales talk to customers")
  allow: [slack.post, memory.read("CRM.customers")] if principal.roles.contains("sales")
  deny: slack.* if args.channel == "general"
}
`
const DEMANDING = `policy q { allow: files.read require: redact("email") }
policy r { deny: slack.post if any(args.to, |t| t == "all") }
`

async function folder(t: Parameters<typeof scratch>[0], text: string): Promise<string> {
  const cwd = await scratch(t)
  mkdirSync(join(cwd, 'policies'))
  writeFileSync(join(cwd, 'policies', 'p.policy'), text)
  return cwd
}

test('policies of the common fragment come out as Cedar', async (t) => {
  const cwd = await folder(t, PLAIN)
  const { exit, stdout, stderr } = await runPortcullis(
    ['policy', 'export', '--cedar', 'policies'],
    { cwd },
  )
  assert.deepEqual([exit, stderr], [0, ''])
  assert.match(stdout, /^\/\/ Exported by Portcullis from the policies of version sha256:/)
  assert.ok(
    stdout.includes(`@id("policies/p.policy:2:3#2")
@reason("sales talk to customers")
permit(principal, action == Action::"memory.read", resource)
when {
  resource.id == "CRM.customers" &&
  principal.roles.contains("sales")
};`),
    stdout,
  )
  assert.match(
    stdout,
    /forbid\(principal, action, resource\)\nwhen {\n {2}context\.operation\.name like "slack/,
  )
})

test('what denies or demands and cannot be said fails the export, with its place', async (t) => {
  const cwd = await folder(t, PLAIN + DEMANDING)
  const { exit, stdout, stderr } = await runPortcullis(
    ['policy', 'export', '--cedar', 'policies'],
    { cwd },
  )
  assert.deepEqual([exit, stdout], [2, ''])
  assert.match(
    stderr,
    /policies\/p\.policy:6:30 require: redact\("email"\) \(Cedar has no obligations\)/,
  )
  assert.match(stderr, /policies\/p\.policy:7:12 deny: slack\.post .*\(Cedar has no quantifiers\)/)
  assert.match(stderr, /CEDAR_EXPORT_PARTIAL: .*--partial/)
})

test('a partial export says so loudly, and leaves out what the missing rules bind', async (t) => {
  const cwd = await folder(t, PLAIN + DEMANDING)
  const asked = ['policy', 'export', '--cedar', 'policies', '--partial']
  const { exit, stdout, stderr } = await runPortcullis(asked, { cwd })
  assert.equal(exit, 0)
  assert.match(
    stdout,
    /\/\/ PARTIAL: these rules deny or demand, and are MISSING here:\n\/\/ {3}policies/,
  )
  assert.match(stderr, /MISSING: policies\/p\.policy:7:12/)
  assert.doesNotMatch(stdout, /permit\(/)
  const { complete, leftOut } = JSON.parse(
    (await runPortcullis([...asked, '--json'], { cwd })).stdout,
  )
  assert.deepEqual([complete, leftOut.length], [false, 4])
  const { stdout: told } = await runPortcullis([...asked, '--out', 'p.cedar'], { cwd })
  assert.match(told, /^written: p\.cedar\nleft out: policies\/p\.policy/)
  assert.equal(readFileSync(join(cwd, 'p.cedar'), 'utf8'), stdout)
})

test('without a language, or with policies that do not load, nothing is written', async (t) => {
  const cwd = await folder(t, 'policy p { allow slack.post }')
  const unsaid = await runPortcullis(['policy', 'export', 'policies'], { cwd })
  assert.match(unsaid.stderr, /add `--cedar`\n {2}REQUEST_INVALID/)
  const broken = await runPortcullis(['policy', 'export', '--cedar', 'policies'], { cwd })
  assert.match(broken.stderr, /POLICY_INVALID/)
  assert.deepEqual([broken.exit, broken.stdout], [2, ''])
})
