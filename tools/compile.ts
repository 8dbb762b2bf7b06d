/** Compiles `src/` as it is published, with records of its own: no other run is disturbed. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'

const ROOT = resolve(import.meta.dirname, '..')
const COMPILER = join(ROOT, 'node_modules', 'typescript-native', 'lib', 'tsc.js')
/** The projects of the package: where their settings are, and what they build on. */
const PROJECTS = [
  { name: 'kernel', source: 'src/kernel', after: [] },
  { name: 'pipeline', source: 'src/pipeline', after: ['kernel'] },
  { name: 'src', source: 'src', after: ['kernel', 'pipeline'] },
] as const

interface CompileOptions {
  /** Leaves out looking for errors, which `npm run check` does; what is written is the same. */
  readonly noCheck?: boolean
}

/**
 * Writes JavaScript and declarations to a folder of the caller's own: where another run removes
 * files meanwhile, the compiler panics over the one that it could not write.
 * @throws Error with what the compiler says.
 */
export function compileTo(folder: string, { noCheck = false }: CompileOptions = {}): void {
  mkdirSync(join(ROOT, '.build'), { recursive: true })
  const work = mkdtempSync(join(ROOT, '.build', 'compile-'))
  try {
    for (const { name, source, after } of PROJECTS) {
      const tsBuildInfoFile = join(work, `${name}.tsbuildinfo`)
      const config = {
        extends: join(ROOT, source, 'tsconfig.json'),
        compilerOptions: { emitDeclarationOnly: false, noCheck, outDir: folder, tsBuildInfoFile },
        references: after.map((other) => ({ path: `./${other}.json` })),
      }
      writeFileSync(join(work, `${name}.json`), JSON.stringify(config))
    }
    const args = [COMPILER, '-b', join(work, 'src.json')]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the compiler failed:\n${stdout}${stderr}`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
