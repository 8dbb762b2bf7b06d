import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminRuntime } from '../../test/support/admin-runtime.ts'
import { runPortcullis } from '../../test/support/run-portcullis.ts'

const CALLS: readonly [args: readonly string[], says: RegExp][] = [
  [['agent', 'show', 'sales'], /^sales is active\nroles sales\nsessions 1\n$/],
  [['agent', 'suspend', 'sales'], /^sales is suspended\n$/],
  [['agent', 'resume', 'sales', '--reason', 'checked'], /^sales is active\n$/],
  [['agent', 'revoke', 'sales'], /^sales is revoked; what it was issued until 2026-.*Z is void\n$/],
  [['session', 'list'], /^ID {2}WHAT .*\ns1 {2}mcp {3}agent sales {2}2026-.*Z\n$/],
  [['session', 'end', 's1'], /^the session s1 has ended\n$/],
  [['session', 'end', 't1', '--token'], /^the credential t1 has ended\n$/],
]

for (const [args, says] of CALLS) {
  test(`\`${args.join(' ')}\` says what is so now`, async (t) => {
    const { folder: cwd } = await adminRuntime(t)
    const { exit, stdout, stderr } = await runPortcullis([...args], { cwd })
    assert.equal(exit, 0, stderr)
    assert.match(stdout, says)
  })
}
