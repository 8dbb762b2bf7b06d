/** `npm run bench -- NAME [--json …]`: runs `bench/NAME/main.ts`; `all` runs them one by one. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'

const BENCH = resolve(import.meta.dirname, '..', 'bench')

function names(): string[] {
  return globSync('*/main.ts', { cwd: BENCH })
    .map((file) => dirname(file))
    .sort()
}

/** Results go to standard output, each benchmark's own; the exit code is the worst. */
function run(chosen: readonly string[], args: readonly string[]): number {
  const codes = chosen.map((name) => {
    const main = relative(process.cwd(), join(BENCH, name, 'main.ts'))
    return spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' }).status ?? 1
  })
  return Math.max(...codes)
}

const [name, ...args] = process.argv.slice(2)
const known = names()
if (name === 'all') {
  process.exitCode = run(known, args)
} else if (name !== undefined && known.includes(name)) {
  process.exitCode = run([name], args)
} else {
  console.error(
    `usage: npm run bench -- NAME [--json], NAME being one of: ${known.join(', ')}, all`,
  )
  process.exitCode = 2
}
