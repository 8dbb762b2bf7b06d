/** `npm run faults -- NAME [ARGUMENT…]`: runs `test/faults/NAME/main.ts`. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'

const FAULTS = resolve(import.meta.dirname, '..', 'test', 'faults')

const known = globSync('*/main.ts', { cwd: FAULTS })
  .map((file) => dirname(file))
  .sort()
const [name = '', ...args] = process.argv.slice(2)
if (known.includes(name)) {
  const main = relative(process.cwd(), join(FAULTS, name, 'main.ts'))
  const { status } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  console.error(`usage: npm run faults -- NAME [ARGUMENT…], NAME being one of: ${known.join(', ')}`)
  process.exitCode = 2
}
