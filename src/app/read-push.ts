import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PolicyText } from '../kernel/policy/load-policies.ts'
import { rooted } from '../kernel/policy/versions/policy-texts.ts'
import { policiesInvalid, readSetFiles } from '../sources/policy-files/load-policy-directory.ts'
import { READING } from './policy-reading.ts'

const TESTS = '.test.yaml'
/** The runtime calls the folder as its own is called. */
const ROOT = 'policies'

/** What a push sends: the policies below a directory, and the tests beside them. */
export interface PushTexts {
  readonly files: PolicyText[]
  readonly tests: PolicyText[]
}

/** @throws PortcullisError `POLICY_INVALID` when a file cannot be read. */
export function readPush(directory: string): PushTexts {
  const { files, diagnostics } = readSetFiles(directory, READING)
  if (diagnostics.length > 0) throw policiesInvalid(directory, diagnostics)
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const tests = entries
    .filter((name) => name.endsWith(TESTS) && !name.split('/').some((it) => it.startsWith('.')))
    .sort()
    .map((name) => ({
      file: `${ROOT}/${name}`,
      text: readFileSync(join(directory, name), 'utf8'),
    }))
  return { files: [...rooted(files, ROOT)], tests }
}
