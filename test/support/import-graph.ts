import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a built file loads: the files it reaches by relative imports, and every other import. */
export interface ImportGraph {
  readonly files: readonly string[]
  readonly others: readonly string[]
}

const IMPORT = /^(?:(?:import|export)\s[^'"=;]*?\sfrom|import)\s*\(?['"]([^'"]+)['"]/gm

/** Follows the imports of a module of JavaScript. */
export function importGraph(entry: string): ImportGraph {
  const files = new Set([entry])
  const others = new Set<string>()
  for (const file of files) {
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (target.startsWith('.')) files.add(join(dirname(file), target))
      else others.add(target)
    }
  }
  return { files: [...files], others: [...others] }
}
