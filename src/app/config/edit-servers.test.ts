import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withoutServer, withServer, withTables } from './edit-servers.ts'
import { serverTable } from './server-table.ts'
import { parseTomlTree } from './toml-tree.ts'

const CRM = `[servers.crm]
transport = "stdio"
command = "crm-mcp"`

const REMOVED: Readonly<Record<string, readonly [before: string, after: string]>> = {
  'the only table': [`${CRM}\n`, ''],
  'the last table, with the empty line before it': [`a = 1\n\n${CRM}\n`, 'a = 1\n'],
  'a table between others': [`[x]\n\n${CRM}\n\n[y]\n`, '[x]\n\n[y]\n'],
  'a table without an empty line around it': [`[x]\n${CRM}\n[y]\n`, '[x]\n[y]\n'],
  'a table with those below it, wherever they stand': [
    `${CRM}\n[servers.crm.env]\nA = "1"\n\n[x]\n\n[servers.crm.schemapin]\ndomains = []\n\n[y]\n`,
    '\n[x]\n\n[y]\n',
  ],
  'comments in it and behind, and none above it or below': [
    '# of crm\n[servers.crm] # here\n# of url\nurl = "x" # so\n# of y\n[y]\n',
    '# of crm\n# of y\n[y]\n',
  ],
  'lines that end as on Windows': [
    '[x]\r\n\r\n[servers.crm]\r\nurl = "x"\r\n\r\n[y]\r\n',
    '[x]\r\n\r\n[y]\r\n',
  ],
  'text over many lines': [
    '[servers.crm]\nargs = [\n  "a", # [servers.x]\n]\nnote = """\n[servers.y]\n"""\n[y]\n',
    '[y]\n',
  ],
  'a name in quotes': ['[ servers . "crm" ]\nurl = "x"\n', ''],
  'dotted keys': [
    'servers.crm.url = "x"\nservers.crm.headers.A = "b"\nservers.a.url = "y"\n',
    'servers.a.url = "y"\n',
  ],
  'a line of its table': [
    '[servers]\ncrm = { url = "x" }\na = { url = "y" }\n',
    '[servers]\na = { url = "y" }\n',
  ],
  'no line break at the end': [`a = 1\n\n${CRM}`, 'a = 1\n'],
}

for (const [what, [before, after]] of Object.entries(REMOVED)) {
  test(`removing a server takes ${what}`, () => {
    assert.equal(withoutServer(before, 'crm'), after)
  })
}

test('what has no lines of its own is not cut', () => {
  for (const text of ['servers = { crm = { url = "x" } }\n', 'servers = { crm.url = "x" }\n']) {
    assert.throws(() => withoutServer(text, 'crm'), { code: 'SERVER_UNCUT' }, text)
    assert.throws(() => withoutServer(text, 'desk'), { code: 'SERVER_UNKNOWN' }, text)
  }
})

test('a server that is not there is not removed, and one that is not added again', () => {
  const texts = ['', '[x.servers.crm]\n', '[servers.crm-2]\n', '# [servers.crm]\n', '[servers]\n']
  for (const text of texts) {
    assert.throws(() => withoutServer(text, 'crm'), { code: 'SERVER_UNKNOWN' }, text)
    assert.ok(withServer(text, 'crm', CRM).endsWith(`${CRM}\n`), text)
  }
  for (const [text] of Object.values(REMOVED)) {
    assert.throws(() => withServer(text, 'crm', CRM), { code: 'SERVER_TAKEN' }, text)
  }
})

test('tables go to the end, whatever it looks like', () => {
  const cases = [
    ['', '[a]\n'],
    ['x = 1', 'x = 1\n\n[a]\n'],
    ['x = 1 # y', 'x = 1 # y\n\n[a]\n'],
    ['[x]\r\n', '[x]\r\n\r\n[a]\r\n'],
  ]
  for (const [before = '', after] of cases) assert.equal(withTables(before, ['[a]']), after)
})

const line = fc.constantFrom(
  ...[
    '# comment',
    '',
    '[agents.a]',
    '[servers.desk]',
    '[servers.desk.env]',
    'x-1 = "[servers.crm]"',
  ],
  ...['[roles]', '  ', '[servers.crm-2] # crm'],
)
/** Texts that are TOML: no table, and no key of one, stands there twice. */
const text = fc
  .tuple(fc.uniqueArray(line), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, ends]) => `${lines.join(end)}${ends ? end : ''}`)

const any = fc.string({ unit: 'binary' })
const server = fc.record({
  transport: fc.constant('stdio' as const),
  command: any,
  args: fc.array(any),
  env: fc.dictionary(any, any),
})

test('what is added and removed again leaves every byte as it was', () => {
  const law = fc.property(text, server, (before, added) => {
    const end = before.includes('\r\n') ? '\r\n' : '\n'
    const whole = before === '' || before.endsWith('\n') ? before : `${before}${end}`
    const grown = withServer(before, 'crm', serverTable('crm', added))
    assert.ok(grown.startsWith(whole))
    assert.equal(withoutServer(grown, 'crm'), whole)
  })
  fc.assert(law, { numRuns: 60 })
})

test('whatever a server is called and holds, its table says that and nothing beside it', () => {
  const law = fc.property(any, server, (name, added) => {
    const { entries } = parseTomlTree(`${serverTable(name, added)}\n`)
    assert.deepEqual([...entries.keys()], ['servers'])
    const servers = entries.get('servers')?.node
    assert.deepEqual(servers?.kind === 'table' && [...servers.entries.keys()], [name])
  })
  const odd = { transport: 'stdio', command: '\u007f', env: {} } as const
  fc.assert(law, { numRuns: 60, examples: [['\u007f', { ...odd, args: ['\u007f'] }]] })
})
