import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file as the rules see it. `path` is relative to the root, with `/`. */
export interface ProjectFile {
  readonly path: string
  /** Empty for a binary file. */
  readonly text: string
}

export interface Finding {
  readonly path: string
  readonly line: number
  /** What is wrong and what to do instead. */
  readonly message: string
}

/** A rule sees the whole project; most look at one file after the other. */
export type Rule = (files: readonly ProjectFile[]) => Iterable<Finding>

/** What git ignores: installed, built, or somebody's own. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', '.build', '.portcullis', 'coverage'])

export function readProject(root: string): readonly ProjectFile[] {
  return paths(root, '').map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, text: text.includes('\0') ? '' : text }
  })
}

function paths(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (NOT_OURS.has(entry.name)) return []
    if (entry.isDirectory()) return paths(root, path)
    return entry.isFile() ? [path] : []
  })
}

export function isCode(path: string): boolean {
  return /\.(c|m)?[jt]sx?$|\.policy$|\.sh$|^\.ci\//.test(path)
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts')
}

/** A rule for lines: `find` returns what is wrong with a line, if anything. */
export function eachLine(
  concerns: (path: string) => boolean,
  find: (line: string, path: string) => string | undefined,
  view: (text: string) => string = (text) => text,
): Rule {
  return function* (files) {
    for (const { path, text } of files) {
      if (!concerns(path)) continue
      for (const [index, line] of view(text).split('\n').entries()) {
        const message = find(line, path)
        if (message !== undefined) yield { path, line: index + 1, message }
      }
    }
  }
}
