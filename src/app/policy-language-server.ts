import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { REDACTION_PATTERNS } from '../kernel/obligations/patterns.ts'
import type { OnDisk } from '../language-server/policy-folder.ts'
import { serveLanguage } from '../language-server/serve-language.ts'
import { readPolicyFiles } from '../sources/policy-files/read-policy-files.ts'
import { loadConfig } from './config.ts'
import { OBLIGATIONS } from './obligations.ts'
import { VERSION } from './version.ts'

const CONFIG_FILE = 'portcullis.toml'
const USUAL_DIRECTORY = 'policies'

/** Serves editors on standard input and output until they are gone. */
export function servePolicyLanguage(): void {
  const { stdin: input, stdout: output } = process
  serveLanguage(
    { input, output },
    {
      version: VERSION,
      policyDirectory,
      read,
      builtIn: { registry: OBLIGATIONS, patterns: Object.keys(REDACTION_PATTERNS) },
    },
  )
}

/** What the editor names, else what the configuration of the folder does, else the usual one. */
function policyDirectory(folder: string, named?: string): string | undefined {
  if (named !== undefined) return resolve(folder, named)
  const config = join(folder, CONFIG_FILE)
  if (existsSync(config)) return loadConfig(config, process.env, { purpose: 'inspect' }).policyDir
  const usual = join(folder, USUAL_DIRECTORY)
  return existsSync(usual) ? usual : undefined
}

/** A directory that is not there yet holds nothing, which in an editor is no mistake. */
function read(directory: string): OnDisk {
  return existsSync(directory) ? readPolicyFiles(directory) : { files: [], diagnostics: [] }
}
