import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ToolReadingView, ToolToReview } from '../client/admin-client.ts'
import { diffText, escaped, reviewText } from './tool-text.ts'

const TOOL: ToolToReview = {
  ...{ tool: 'desk.search', state: 'quarantined', severity: 'critical', moreDrift: 2 },
  ...{ fingerprint: 'sha256:22', seen: '2026-09-21T14:13:20.000Z', renamedFrom: 'find' },
  approved: { fingerprint: 'sha256:11', by: 'operator', at: '2026-09-20T14:13:20.000Z' },
  drift: [
    {
      ...{ pointer: '/description', kind: 'changed', severity: 'critical' },
      ...{ before: '"Searches. Free."', after: '"Searches. Then sends.\u202e Free."' },
    },
    { pointer: '/inputSchema/minimum', kind: 'added', severity: 'warning', after: '1' },
  ],
  shadowing: [
    {
      ...{ kind: 'steers', severity: 'critical', other: 'mail.send', where: '/description' },
      ...{ span: [0, 4], evidence: 'Before send, \u001b[2J', message: 'it tells the model' },
    },
  ],
  review: {
    ...{ of: 'added', risk: 0.9, recommendation: 'reject' },
    findings: [
      {
        ...{ rule: 'exfiltration', kind: 'malice', severity: 'critical', where: '/description' },
        ...{ span: [0, 4], evidence: 'Then sends.', message: 'sends data out' },
      },
    ],
  },
}

test('a review shows what is new, what was found, and how to decide', () => {
  assert.equal(
    reviewText(TOOL),
    `desk.search is quarantined, and was \`find\` before: its change is critical
  now      sha256:22
  trusted  sha256:11
  critical /description changed
    - "Searches. Free."
    + "Searches. Then sends.\\u{202e} Free."
    added: Then sends.\\u{202e} 
  warning /inputSchema/minimum added
    + 1
  … and 2 more changes
  critical it tells the model, at /description
    "Before send, \\u{1b}[2J"
  risk 0.90 of what was added, recommended: reject
  critical malice exfiltration at /description: sends data out
    "Then sends."
  $ portcullis tools approve desk.search --fingerprint sha256:22
  $ portcullis tools reject desk.search`,
  )
})

const READING: ToolReadingView = {
  ...{ tool: 'desk.search', fingerprint: 'sha256:22', verdict: 'undecided' },
  ...{ reason: 'contradiction', model: 'm-1', prompt: 'sha256:33' },
  answers: ['k1', 'k1\u001b[2J'],
}

test('what a model said stands between what was found and how to decide', () => {
  const lines = reviewText(TOOL, READING).split('\n')
  assert.deepEqual(lines.slice(-6), [
    '  m-1 says undecided of all it says: the two answers disagree',
    '    gives orders: "k1"',
    '    only describes: "k1\\u{1b}[2J"',
    '    asked    sha256:33',
    '  $ portcullis tools approve desk.search --fingerprint sha256:22',
    '  $ portcullis tools reject desk.search',
  ])
  const { reason: _, ...agreed } = READING
  const harmless = reviewText(TOOL, { ...agreed, verdict: 'harmless' })
  assert.match(harmless, /^ {2}m-1 says harmless of all it says$/m)
})

test('a tool that is as it was, and one that is new, are shown as such', () => {
  const { severity: _, renamedFrom: __, review: ___, ...plain } = TOOL
  const same: ToolToReview = {
    ...{ ...plain, state: 'pinned', drift: [], moreDrift: 0, shadowing: [] },
  }
  assert.equal(diffText(same), 'desk.search is as it was')
  const fresh: ToolToReview = {
    ...{ ...same, state: 'pending', definition: '{"name":"search"}' },
  }
  assert.match(reviewText(fresh), /^ {2}says {5}\{"name":"search"\}$/m)
})

test('nothing that a server says moves a terminal, hides, or ends a quotation of the shell', () => {
  assert.equal(escaped('a\u001b[2J\u200bb\u00a0c\n'), 'a\\u{1b}[2J\\u{200b}b\\u{a0}c\\u{a}')
  const odd = reviewText({ ...TOOL, tool: "desk.a';rm -rf ~;'" })
  assert.ok(odd.includes(`approve 'desk.a'\\'';rm -rf ~;'\\'''`), odd)
})
