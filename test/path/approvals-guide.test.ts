import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { heldCall, textOf } from '../support/held-call.ts'
import { runRuntime } from '../support/running-runtime.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/approvals.md', import.meta.url), 'utf8')
const LAUNCHER = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))

/** The fenced text that begins so. */
function fenced(start: string): string {
  const found = [...GUIDE.matchAll(/```\w*\n([\s\S]*?)```/gu)].map(([, text = '']) => text)
  return found.find((text) => text.startsWith(start)) ?? assert.fail(`no \`${start}\``)
}

test('the guide to approvals can be followed to the letter', async (t) => {
  const policy = fenced('approval supervisor_approval')
  const running = await runRuntime({ policy, agents: ['sales'], more: fenced('[roles.super') })
  t.after(() => running.close())
  const sales = await running.agent('sales')
  const shell = async (line: string) => {
    const script = `portcullis() { "${process.execPath}" "${LAUNCHER}" "$@"; }\n${line}`
    const { PATH, HOME } = process.env
    const options = { cwd: running.folder, env: { PATH, HOME } }
    return (await promisify(execFile)('bash', ['--norc', '-ec', script], options)).stdout
  }

  await shell(fenced('portcullis approvals token bob'))
  const [list = '', show = '', approve = '', deny = ''] = fenced('portcullis approvals list').split(
    '\n',
  )
  const first = await heldCall(sales, 'pay 100')
  assert.match(await shell(list), new RegExp(`${first.request}  pending  sales  desk.echo`))
  const shown = await shell(show.replace('ID', first.request))
  assert.match(shown, /Payments leave the house with four eyes\./)
  assert.match(shown, /--> policies\/test\.policy:\d+:\d+/)
  assert.match(shown, /escalates to role director/)
  assert.match(shown, /may vote now {2}bob\n/)
  await shell(approve.replace('ID', first.request))
  assert.match(textOf(await first.answer), /pay 100/)

  const second = await heldCall(sales, 'pay 200')
  const denied = await shell(deny.replace('ID', second.request))
  assert.match(denied, /state +denied/)
  assert.match(textOf(await second.answer), /APPROVAL_DENIED/)

  const receipts = await shell(
    fenced('portcullis ledger show --approval').replace('ID', first.request),
  )
  assert.match(receipts, /approval\.requested[\s\S]*approval\.granted[\s\S]*approval\.consumed/)
})
