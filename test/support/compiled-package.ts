import { join } from 'node:path'
import { compileTo } from '../../tools/compile.ts'
import { scratchForFile } from './scratch.ts'

/**
 * What `npm run build` writes to `dist/`, in a folder for the calling test file alone: files run
 * beside each other, and none waits for another's build. Call it outside of tests.
 */
export function compiledPackage(): string {
  const dist = join(scratchForFile(), 'dist')
  compileTo(dist, { noCheck: true })
  return dist
}
