/**
 * Draws which folder of `src/` imports which, into ARCHITECTURE.md between two marker lines.
 * `--check` changes nothing and fails if the drawing is out of date.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'

const ROOT = resolve(import.meta.dirname, '..')
const PAGE = resolve(ROOT, 'ARCHITECTURE.md')
const CRUISER = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'
const MARKED = /(<!-- imports -->\n).*?(<!-- \/imports -->)/s

/** Innermost first, as in the rule of imports; parts of one layer stand together. */
const ORDER = (
  'kernel pipeline inbound connectors sources stores sandbox monitors ' +
  'language-server contract client app cli'
).split(' ')

export interface Module {
  readonly source: string
  readonly dependencies: readonly { readonly resolved: string }[]
}

/** A mermaid flowchart: an arrow from a folder to each folder it imports. */
export function diagram(modules: readonly Module[]): string {
  const arrows = new Set<string>()
  for (const { source, dependencies } of modules) {
    for (const { resolved } of dependencies) {
      const [from, to] = [folderOf(source), folderOf(resolved)]
      if (from !== undefined && to !== undefined && from !== to) arrows.add(`${from} --> ${to}`)
    }
  }
  const lines = [...arrows].sort(byLayer).map((arrow) => `  ${arrow}`)
  return ['```mermaid', 'flowchart TD', ...lines, '```', ''].join('\n')
}

/** The folder below `src/` that holds a production file; a test draws no arrow. */
function folderOf(path: string): string | undefined {
  return path.endsWith('.test.ts') ? undefined : /^src\/([^/]+)\//.exec(path)?.[1]
}

function byLayer(a: string, b: string): number {
  const rank = (arrow: string) => arrow.split(' --> ').map((folder) => ORDER.indexOf(folder))
  const [[fromA = 0, toA = 0], [fromB = 0, toB = 0]] = [rank(a), rank(b)]
  return fromB - fromA || toB - toA
}

function modulesOfSource(): readonly Module[] {
  const args = [CRUISER, 'src', '--output-type', 'json']
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).modules
}

function main(args: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8')
  if (!MARKED.test(page)) throw new Error('ARCHITECTURE.md has lost its `<!-- imports -->` markers')
  const drawn = page.replace(MARKED, `$1${diagram(modulesOfSource())}$2`)
  if (!args.includes('--check')) {
    writeFileSync(PAGE, drawn)
  } else if (drawn !== page) {
    console.error('the drawing in ARCHITECTURE.md is old: run `node tools/import-diagram.ts`')
    process.exitCode = 1
  }
}

if (import.meta.main) main(process.argv.slice(2))
