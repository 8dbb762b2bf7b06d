import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type FetchOptions, fetchCorpus, fetchFiles } from './fetch.ts'
import { type Origins, pinnedOrigins } from './origins.ts'

const SNAP = '{"name": "issue_read", "description": "Reads an issue."}'
const ROW =
  '{"source": "github", "origin": "github:desk/tools", "commit": "c0ffee", ' +
  '"path": "a b/one.snap", "licence": "MIT", "label": 0, "family": "real", "server": "github", ' +
  '"definition": {"name": "issue_read", "description": "Reads an issue."}}\n'

const ORIGINS: Origins = {
  origins: [
    {
      source: 'github',
      repo: 'desk/tools',
      commit: 'c0ffee',
      licence: 'MIT',
      files: [{ path: 'a b/one.snap', sha256: sha256(SNAP) }],
    },
  ],
  rows: [{ path: 'github.jsonl', sha256: sha256(ROW) }],
}
const WITHOUT_PYTHON = spawnSync('python3', ['--version']).status !== 0

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A public place of files on this machine, which answers with each of `answers` in turn. */
async function served(t: TestContext, answers: readonly (readonly [number, string])[]) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, '']
    asked.push(request.url ?? '')
    response.writeHead(status).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = mkdtempSync(join(tmpdir(), 'reviewer-'))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const base = `http://127.0.0.1:${address.port}`
  const options: FetchOptions = { ...ORIGINS, base, folder, say: () => undefined, pauseMs: 1 }
  return { options, asked, folder }
}

test('pinned files are fetched, verified and read out', { skip: WITHOUT_PYTHON }, async (t) => {
  const { options, asked, folder } = await served(t, [[200, SNAP]])
  await fetchCorpus(options)
  assert.deepEqual(asked, ['/desk/tools/c0ffee/a%20b/one.snap'])
  assert.equal(readFileSync(join(folder, 'github.jsonl'), 'utf8'), ROW)
})

test('what is there and right is not fetched again, what was altered is', async (t) => {
  const { options, asked, folder } = await served(t, [[200, SNAP]])
  await fetchFiles(options)
  await fetchFiles(options)
  assert.equal(asked.length, 1)
  writeFileSync(join(folder, 'files/desk+tools/a b/one.snap'), 'altered')
  await fetchFiles(options)
  assert.equal(asked.length, 2)
})

test('another file than the pinned one is refused and not kept', async (t) => {
  const { options, folder } = await served(t, [[200, `${SNAP} `]])
  await assert.rejects(fetchCorpus(options), /1 files were refused:\n.*is not the file that was/)
  assert.deepEqual(readdirSync(folder), [])
})

test('a place that is busy is asked again, and not for ever', async (t) => {
  const busy = await served(t, [
    [503, ''],
    [200, SNAP],
  ])
  await fetchFiles(busy.options)
  assert.equal(busy.asked.length, 2)
  const gone = await served(t, [[404, '']])
  await assert.rejects(fetchFiles(gone.options), /answered 404/)
  assert.equal(gone.asked.length, 3)
})

test('rows that read otherwise than was pinned are not kept', {
  skip: WITHOUT_PYTHON,
}, async (t) => {
  const { options, folder } = await served(t, [[200, SNAP]])
  const rows = [{ path: 'github.jsonl', sha256: sha256('other') }]
  await assert.rejects(fetchCorpus({ ...options, rows }), /not the rows that were pinned: github/)
  assert.deepEqual(readdirSync(folder), ['files'])
})

test('what is pinned is whole: commits, digests, a row file for each source', () => {
  const { origins, rows } = pinnedOrigins()
  for (const { commit, files } of origins) {
    assert.match(commit, /^[0-9a-f]{40}$/)
    for (const { path, sha256 } of files) assert.match(`${sha256} ${path}`, /^[0-9a-f]{64} [^/.]/)
  }
  const sources = [...new Set(origins.map(({ source }) => `${source}.jsonl`))]
  assert.deepEqual(
    sources.toSorted(),
    rows.map(({ path }) => path),
  )
})
