import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, test } from 'node:test'
import { findNode, install } from './bootstrap.js'

interface Package {
  readonly version: string
  readonly integrity: string
  readonly optional?: boolean
}
type Packages = Readonly<Record<string, Package>>

const OURS = `node_modules/node-${process.platform}-${process.arch}`
const jose: Package = { version: '6.0.0', integrity: 'sha512-jose' }
const node: Package = { version: '24.0.0', integrity: 'sha512-node', optional: true }
const LOCKED: Packages = {
  'node_modules/jose': jose,
  'node_modules/other-platform': { ...node },
  [OURS]: node,
}
const INSTALLED: Packages = { 'node_modules/jose': jose, [OURS]: node }

const environment = { ...process.env }
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-bootstrap-'))
  process.env = {
    ...environment,
    npm_execpath: join(folder, 'npm-cli.js'),
    npm_node_execpath: process.execPath,
  }
  write('package-lock.json', { '': jose, ...LOCKED })
})

afterEach(() => {
  process.env = environment
  rmSync(folder, { recursive: true })
})

function write(path: string, packages: Packages): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), JSON.stringify({ packages }))
}

const HIDDEN = 'node_modules/.package-lock.json'

/** In the place of npm: notes that it was called, and "installs" these packages. */
function placeNpm(installs: Packages, exit = 0): void {
  const text = `
    const { mkdirSync, writeFileSync } = require('node:fs')
    mkdirSync('node_modules', { recursive: true })
    writeFileSync('called', process.argv.slice(2).join(' '))
    writeFileSync('${HIDDEN}', ${JSON.stringify(JSON.stringify({ packages: installs }))})
    process.exit(${exit})`
  writeFileSync(join(folder, 'npm-cli.js'), text)
}

const wasCalled = () => existsSync(join(folder, 'called'))

test('what is installed as locked is left alone, without packages for other platforms', () => {
  write(HIDDEN, INSTALLED)
  placeNpm({}, 1)
  install(folder)
  assert.equal(wasCalled(), false)
})

const STALE: readonly [what: string, installed: Packages | undefined][] = [
  ['nothing is', undefined],
  ['a package is missing', { [OURS]: node }],
  [
    'a package has another version',
    { ...INSTALLED, 'node_modules/jose': { ...jose, version: '5' } },
  ],
  ['a package has another checksum', { ...INSTALLED, [OURS]: { ...node, integrity: 'sha512-x' } }],
  ['a package is not in the lock file', { ...INSTALLED, 'node_modules/more': jose }],
  ['the Node of this platform is missing', { 'node_modules/jose': jose }],
]

for (const [what, installed] of STALE) {
  test(`packages are installed when ${what}`, () => {
    if (installed) write(HIDDEN, installed)
    placeNpm(INSTALLED)
    install(folder)
    assert.equal(wasCalled(), true)
  })
}

test('an install that fails is an error', () => {
  placeNpm(INSTALLED, 7)
  assert.throws(() => install(folder), { message: /npm install failed in .* \(exit 7\)/ })
})

test('an install that differs from the lock file is an error', () => {
  placeNpm({ ...INSTALLED, 'node_modules/more': jose })
  assert.throws(() => install(folder), { message: /does not match its package-lock.json/ })
})

test('the Node among the packages is preferred', () => {
  const bundled = join(folder, OURS, 'bin', 'node')
  mkdirSync(dirname(bundled), { recursive: true })
  writeFileSync(bundled, '')
  assert.equal(findNode(folder), bundled)
})

test('without it, this Node will do if it is new enough', () => {
  assert.equal(findNode(folder), process.execPath)
})
