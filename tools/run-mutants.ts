/**
 * `npm run mutants -- NAME`: changes the code that `test/mutation/NAME.config.json` names, one
 * change at a time, and tells which of the changes no test notices. The figures and every survivor
 * with its explanation go to `docs/spec/NAME-mutants.md`. Exit code 0: all of them are explained.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import { mutantsPage, unexplained } from '../test/mutation/mutants-page.ts'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDER = join(ROOT, 'test', 'mutation')
const STRYKER = join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js')
const REPORT = join(ROOT, '.build', 'mutants.json')

function run(name: string): number {
  const config = join('test', 'mutation', `${name}.config.json`)
  const began = performance.now()
  const { status } = spawnSync(process.execPath, [STRYKER, 'run', config], {
    cwd: ROOT,
    // Its progress is for the person at the terminal; standard output is ours.
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) return status ?? 1
  const report = JSON.parse(readFileSync(REPORT, 'utf8'))
  const explained = JSON.parse(readFileSync(join(FOLDER, `${name}.explained.json`), 'utf8'))
  const page = mutantsPage(report, explained)
  writeFileSync(join(ROOT, 'docs', 'spec', `${name}-mutants.md`), page)
  const left = unexplained(report, explained)
  for (const mutant of left) console.log(mutant)
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`docs/spec/${name}-mutants.md written, ${seconds} s, ${left.length} unexplained`)
  return left.length === 0 ? 0 : 1
}

const known = globSync('*.config.json', { cwd: FOLDER }).map((file) =>
  basename(file, '.config.json'),
)
const [name = '', ...more] = process.argv.slice(2)
if (known.includes(name) && more.length === 0) process.exitCode = run(name)
else {
  console.error(`usage: npm run mutants -- NAME, NAME being one of: ${known.join(', ')}`)
  process.exitCode = 2
}
