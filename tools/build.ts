/** `npm run build`: compiles `src/` to `dist/` for publication, from nothing. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'

const ROOT = resolve(import.meta.dirname, '..')
const COMPILER = 'node_modules/typescript-native/lib/tsc.js'

// The compiler trusts its build records even when what they record is gone.
for (const folder of ['dist', '.build'])
  rmSync(resolve(ROOT, folder), { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [COMPILER, '-b', 'src'], {
  cwd: ROOT,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
