/** `npm run build`: compiles `src/` to `dist/` for publication, from nothing. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { compileTo } from './compile.ts'

const ROOT = resolve(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')

mkdirSync(join(ROOT, '.build'), { recursive: true })
const work = mkdtempSync(join(ROOT, '.build', 'build-'))
try {
  // Elsewhere first: a build that fails leaves what was there, and nobody meets half of one.
  compileTo(join(work, 'dist'))
  rmSync(DIST, { recursive: true, force: true })
  renameSync(join(work, 'dist'), DIST)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
