import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadTexts } from '../../src/app/load-texts.ts'
import { policyDiff } from '../../src/kernel/policy/diff/policy-diff.ts'
import { renderChanges, renderSearch } from '../../src/kernel/policy/diff/render-diff.ts'

const GUIDE = readFileSync(new URL('../../docs/guide/policy-changes.md', import.meta.url), 'utf8')
const BLOCKS = [...GUIDE.matchAll(/^```\n(.*?)^```$/gms)].map(([, text = '']) => text)

function versionOf(text: string | undefined) {
  const files = [{ file: 'policies/sales.policy', text: text ?? '' }]
  const { set } = loadTexts(files)
  return { files, set: set ?? assert.fail('a policy of the guide does not load') }
}

test('what the guide shows of a difference is what is shown', () => {
  const at = BLOCKS.findIndex((block) => block.startsWith('order level'))
  const [before, after] = [versionOf(BLOCKS[at]), versionOf(BLOCKS[at + 1])]
  const { changes, search } = policyDiff(before, after)
  assert.equal(BLOCKS[at + 3], `${renderChanges(changes)}\n\n${renderSearch(search)}\n`)
})

test('the policy that the guide observes loads', () => {
  versionOf(BLOCKS.find((block) => block.startsWith('@mode')))
})
