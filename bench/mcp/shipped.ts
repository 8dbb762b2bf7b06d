import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compileTo } from '../../tools/compile.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')

/**
 * The runtime as it is published: JavaScript. A checkout runs TypeScript, for which Node holds a
 * compiler in each thread, some 50 MB of them.
 */
export function shippedRuntime(): { readonly launcher: string; remove(): void } {
  mkdirSync(join(ROOT, '.build'), { recursive: true })
  // Below the checkout, where its packages are found.
  const folder = mkdtempSync(join(ROOT, '.build', 'bench-'))
  compileTo(join(folder, 'dist'), { noCheck: true })
  for (const part of ['bin', 'package.json']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  }
  return {
    launcher: join(folder, 'bin', 'portcullis.js'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
