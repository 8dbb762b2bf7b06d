import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'

/** The packages of the protocol that are loaded once `run` has run. */
function protocolAfter(run: string): readonly string[] {
  const program = `
    const { createRequire } = await import('node:module')
    ${run}
    const paths = Object.keys(createRequire(process.cwd() + '/x.js').cache)
    console.log(JSON.stringify(paths.filter((path) => path.includes('vscode-languageserver'))))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

test('no command but `policy lsp` loads the protocol', () => {
  const program = "await (await import('./program.ts')).createProgram()"
  assert.deepEqual(protocolAfter(program), [])
  assert.notDeepEqual(protocolAfter("await import('../app/policy-language-server.ts')"), [])
})
