/**
 * Writes `docs/reference/` from the code that it describes. `--check` writes nothing and fails if a
 * page is not what would be written.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { adminApi, openApi } from './docs/admin-page.ts'
import { administrationPage } from './docs/administration-page.ts'
import { cliPage } from './docs/cli-page.ts'
import { configPage } from './docs/config-page.ts'
import { errorsPage } from './docs/errors-page.ts'

type Page = readonly [path: string, text: () => string | Promise<string>]

const PAGES: readonly Page[] = [
  ['docs/reference/config.md', configPage],
  ['docs/reference/cli.md', cliPage],
  ['docs/reference/errors.md', errorsPage],
  ['docs/reference/administration.md', administrationPage],
  ['docs/reference/admin-api.md', adminApi],
  ['docs/reference/admin-api.json', openApi],
]

export async function writePages(root: string): Promise<void> {
  for (const [path, text] of PAGES) {
    mkdirSync(dirname(resolve(root, path)), { recursive: true })
    writeFileSync(resolve(root, path), await text())
  }
}

/** Pages that are missing or not what would be written. */
export async function stalePages(root: string): Promise<readonly string[]> {
  const stale: string[] = []
  for (const [path, text] of PAGES) {
    const file = resolve(root, path)
    const present = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    if (present !== (await text())) stale.push(path)
  }
  return stale
}

async function main(args: readonly string[]): Promise<void> {
  const root = resolve(import.meta.dirname, '..')
  if (!args.includes('--check')) return writePages(root)
  for (const path of await stalePages(root)) {
    console.error(`${path} is old: run \`node tools/docs.ts\``)
    process.exitCode = 1
  }
}

if (import.meta.main) await main(process.argv.slice(2))
