/** `npm run fuzz -- NAME [ARGUMENT…]`: runs `test/fuzz/NAME/main.ts`. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'

const FUZZ = resolve(import.meta.dirname, '..', 'test', 'fuzz')

const known = globSync('*/main.ts', { cwd: FUZZ })
  .map((file) => dirname(file))
  .sort()
const [name = '', ...args] = process.argv.slice(2)
if (known.includes(name)) {
  const main = relative(process.cwd(), join(FUZZ, name, 'main.ts'))
  const { status } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  console.error(`usage: npm run fuzz -- NAME [ARGUMENT…], NAME being one of: ${known.join(', ')}`)
  process.exitCode = 2
}
