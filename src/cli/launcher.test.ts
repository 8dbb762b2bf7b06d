import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { adminRuntime } from '../../test/support/admin-runtime.ts'
import { runPortcullis, startPortcullis } from '../../test/support/run-portcullis.ts'
import { scratch } from '../../test/support/scratch.ts'
import { VERSION } from '../app/version.ts'

/** This Node, and any older one on the machine, which has to find this one by itself. */
const NODES = [process.execPath, ...olderNodes()]

function olderNodes(): string[] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const found = [...new Set(folders)].map((folder) => join(folder, 'node')).filter(existsSync)
  return found.filter((node) => {
    const major = Number.parseInt(
      execFileSync(node, ['-p', 'process.versions.node']).toString(),
      10,
    )
    return major >= 20 && major < 24
  })
}

for (const node of NODES) {
  test(`under ${node} the command line runs, and says nothing of its own`, async () => {
    const { exit, stdout, stderr } = await runPortcullis(['--version'], { node })
    assert.deepEqual([exit, stdout, stderr], [0, `${VERSION}\n`, ''])
  })

  test(`under ${node} the exit code is the command's`, async (t) => {
    const cwd = await scratch(t)
    const { exit, stderr } = await runPortcullis(['status'], { node, cwd })
    assert.equal(exit, 2)
    assert.doesNotMatch(stderr, /Warning/)
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`under ${node} ${signal} reaches the command, which ends in order`, async (t) => {
      const { folder: cwd } = await adminRuntime(t)
      const watch = startPortcullis(t, ['watch', '--json'], { node, cwd })
      await watch.line()
      watch.child.kill(signal)
      assert.equal((await watch.ended).exit, 0)
    })
  }

  test(`under ${node} a command that is killed by a signal gives its code`, async (t) => {
    const { folder: cwd } = await adminRuntime(t)
    const watch = startPortcullis(t, ['watch', '--json'], { node, cwd })
    await watch.line()
    watch.child.kill('SIGHUP')
    const { exit } = await watch.ended
    assert.ok(exit === 129 || exit === 'SIGHUP')
  })
}

test('where there is no Node 24 at all, it is said what to install', async (t) => {
  const [, older] = NODES
  if (older === undefined) {
    t.diagnostic('no older Node on this machine: there is nothing to be too old')
    return
  }
  const folder = await scratch(t)
  mkdirSync(join(folder, 'bin'))
  const launcher = join(folder, 'bin', 'portcullis.js')
  copyFileSync(new URL('../../bin/portcullis.js', import.meta.url), launcher)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const child = spawn(older, [launcher], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [exit] = await once(child, 'close')
  assert.equal(exit, 2)
  assert.match(
    stderr,
    /Node 2\d\.\S+ is too old\n {2}install Node 24 or newer, or the package `node-/,
  )
})

test('the package, which has no sources, runs what was built', async (t) => {
  const folder = await scratch(t)
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'dist', 'cli'), { recursive: true })
  const launcher = join(folder, 'bin', 'portcullis.js')
  copyFileSync(new URL('../../bin/portcullis.js', import.meta.url), launcher)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'dist', 'cli', 'main.js'),
    'console.log(JSON.stringify(process.argv.slice(2)))',
  )
  const printed = execFileSync(process.execPath, [launcher, 'watch', '--json'])
  assert.deepEqual(JSON.parse(printed.toString()), ['watch', '--json'])
})
