import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json/value.ts'
import { positionOf, sourceOf } from '../../kernel/policy/language/source.ts'
import { obligationRegistry } from '../../kernel/policy/obligation-registry.ts'
import type { OutsideLanguage } from '../../kernel/policy/outside.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { PolicyFiles, Reload } from './policy-files.ts'
import { openPolicyFiles } from './policy-files.ts'

const REGISTRY = obligationRegistry({ patterns: ['email'], checkField: () => undefined })
const SALES = 'policy sales { allow: slack.post }'
const MISTAKE = 'policy sales { allow slack.post }'

interface Bench {
  readonly directory: string
  readonly entries: (readonly [level: string, event: string, fields: JsonObject | undefined])[]
  open(reading?: { readonly outside?: OutsideLanguage }): PolicyFiles
  write(name: string, text: string | Uint8Array): void
  /** The next reload that a change brings about. */
  nextReload(): Promise<Reload>
}

function bench(context: TestContext): Bench {
  const root = mkdtempSync(join(tmpdir(), 'portcullis-policies-'))
  const directory = join(root, 'policies')
  mkdirSync(directory)
  const entries: Bench['entries'] = []
  let announce: (reload: Reload) => void = () => undefined
  const log: Log = {
    info: (event, fields) => void entries.push(['info', event, fields]),
    warn: (event, fields) => void entries.push(['warn', event, fields]),
    error: (event, fields) => void entries.push(['error', event, fields]),
  }
  const opened: PolicyFiles[] = []
  context.after(() => {
    for (const files of opened) files.close()
    rmSync(root, { recursive: true })
  })
  return {
    directory,
    entries,
    open(reading = {}) {
      const onReload = (reload: Reload) => announce(reload)
      const files = openPolicyFiles({ directory, registry: REGISTRY, log, onReload, ...reading })
      opened.push(files)
      return files
    },
    write: (name, text) => writeFileSync(join(directory, name), text),
    nextReload: () =>
      new Promise((resolve) => {
        announce = resolve
      }),
  }
}

function decide(files: PolicyFiles, operation = 'slack.post') {
  const resource = { type: 'tool', id: operation } as const
  return files.current().decide({ operation, resource, attributes: {} })
}

test('an empty directory is nothing loaded, which denies, and is warned of', (t) => {
  const { open, entries } = bench(t)
  assert.equal(decide(open()).reason, 'nothing_loaded')
  assert.ok(entries.some(([level, event]) => level === 'warn' && event === 'policy.nothing_loaded'))
})

test('files below the directory are read, named from its own name on', (t) => {
  const { directory, open, write } = bench(t)
  mkdirSync(join(directory, 'areas'))
  write('areas/sales.policy', SALES)
  write('notes.txt', 'no policy')
  write('.hidden.policy', MISTAKE)
  const [rule] = decide(open()).determining
  assert.deepEqual([rule?.file, rule?.line, rule?.column], ['policies/areas/sales.policy', 1, 16])
})

test('links are followed', (t) => {
  const { directory, open, write } = bench(t)
  write('sales.txt', SALES)
  symlinkSync('sales.txt', join(directory, 'sales.policy'))
  assert.equal(decide(open()).effect, 'allow')
})

const UNUSABLE: readonly (readonly [string, (bench: Bench) => void, RegExp])[] = [
  ['a mistake', ({ write }) => write('a.policy', MISTAKE), /policies\/a\.policy:1:22/],
  [
    'a file that is no UTF-8',
    ({ write }) => write('a.policy', Uint8Array.of(0xff)),
    /cannot be read[\s\S]*a\.policy/,
  ],
  [
    'a link to nothing',
    ({ directory }) => symlinkSync('gone', join(directory, 'a.policy')),
    /ENOENT/,
  ],
  [
    'a link to itself',
    ({ directory }) => symlinkSync('.', join(directory, 'loop')),
    /nested deeper/,
  ],
  ['no directory', ({ directory }) => rmSync(directory, { recursive: true }), /ENOENT/],
]

for (const [what, spoil, message] of UNUSABLE)
  test(`${what} keeps the source from opening, and says where`, (t) => {
    const it = bench(t)
    it.write('good.policy', 'policy good { allow: slack.post }')
    spoil(it)
    assert.throws(
      () => it.open(),
      (error: Error) => codeOf(error) === 'POLICY_INVALID' && message.test(error.message),
    )
  })

test('a change is taken without being asked for', async (t) => {
  const { open, write, nextReload, entries } = bench(t)
  write('sales.policy', SALES)
  const files = open()
  const before = files.current()
  const reloaded = nextReload()
  write('stop.policy', 'policy stop { deny: slack.* }')
  const { ok, version } = await reloaded
  assert.equal(ok, true)
  assert.equal(version, files.current().version)
  assert.notEqual(version, before.version)
  assert.equal(decide(files).reason, 'explicit_deny')
  assert.equal(
    before.decide({
      operation: 'slack.post',
      resource: { type: 'tool', id: 'slack.post' },
      attributes: {},
    }).effect,
    'allow',
  )
  assert.ok(entries.some(([level, event]) => level === 'info' && event === 'policy.reloaded'))
})

test('a change with a mistake keeps the old version and says so loudly', async (t) => {
  const { open, write, nextReload, entries } = bench(t)
  write('sales.policy', SALES)
  const files = open()
  const { version } = files.current()
  const reloaded = nextReload()
  write('sales.policy', MISTAKE)
  const reload = await reloaded
  assert.deepEqual([reload.ok, reload.version, reload.diagnostics.length], [false, version, 1])
  assert.equal(decide(files).effect, 'allow')
  const [, , fields] =
    entries.find(([level, event]) => level === 'error' && event === 'policy.reload_refused') ?? []
  assert.equal(fields?.version_in_force, version)
  assert.match(JSON.stringify(fields?.mistakes), /policies\/sales\.policy:1:22/)
})

test('a file that goes takes its rules along', async (t) => {
  const { directory, open, write, nextReload } = bench(t)
  write('sales.policy', SALES)
  const files = open()
  const reloaded = nextReload()
  renameSync(join(directory, 'sales.policy'), join(directory, 'sales.off'))
  await reloaded
  assert.equal(decide(files).reason, 'nothing_loaded')
})

test('a file in a new directory is seen', async (t) => {
  const { directory, open, nextReload } = bench(t)
  const files = open()
  const reloaded = nextReload()
  mkdirSync(join(directory, 'new'))
  writeFileSync(join(directory, 'new', 'sales.policy'), SALES)
  await reloaded
  assert.equal(decide(files).effect, 'allow')
})

/** Another language that says of every request the one word in its file. */
const SHOUTING: OutsideLanguage = {
  endings: ['.shout'],
  load([file]) {
    if (file?.text === 'missing') throw new PortcullisError('CEDAR_MISSING', 'nothing reads it')
    const source = sourceOf(file?.file ?? '', file?.text ?? '')
    const at = { start: 0, end: 1 }
    const place = { policy: 'shout', file: source.file, ...positionOf(source, 0) }
    const demands = {
      source: { ...place, rule: 'require' } as const,
      obligations: [],
      approvals: [],
    }
    const outcome = 'true'
    const rule = { ref: { ...place, rule: 'deny' }, source, at, outcome, demands } as const
    const judge = () => [rule]
    const policies = { ruleCount: 1, fingerprint: source.text, judge, foresee: judge }
    return { policies, diagnostics: [] }
  },
}

test('another language stands beside ours, and comes and goes with its files', (t) => {
  const { directory, write, entries, open } = bench(t)
  write('sales.policy', SALES)
  const files = open({ outside: SHOUTING })
  const before = files.current().version
  write('no.shout', 'NO')
  assert.equal(files.reload().ok, true)
  assert.notEqual(files.current().version, before)
  assert.equal(decide(files).determining[0]?.file, 'policies/no.shout')
  write('no.shout', 'missing')
  assert.equal(files.reload().ok, false)
  assert.equal(decide(files).reason, 'explicit_deny')
  assert.match(JSON.stringify(entries.at(-1)), /policy\.reload_refused.*nothing reads it/)
  rmSync(join(directory, 'no.shout'))
  assert.equal(files.reload().version, before)
  assert.equal(decide(files).effect, 'allow')
})

test('what reads the other language is asked for at the start', (t) => {
  const { write, open } = bench(t)
  write('no.shout', 'missing')
  assert.throws(() => open({ outside: SHOUTING }), { code: 'CEDAR_MISSING' })
})

test('a directory that goes keeps the old version', (t) => {
  const { directory, open, write } = bench(t)
  write('sales.policy', SALES)
  const files = open()
  rmSync(directory, { recursive: true })
  assert.equal(files.reload().ok, false)
  assert.equal(decide(files).effect, 'allow')
})

test('a doubtful rule is loaded and warned about', (t) => {
  const { open, write, entries } = bench(t)
  write('all.policy', 'policy all { allow: * }')
  assert.equal(decide(open()).effect, 'allow')
  assert.match(JSON.stringify(entries.find(([level]) => level === 'warn')), /every operation/)
})
