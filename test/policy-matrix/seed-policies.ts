import { readFileSync } from 'node:fs'

function read(name: string): string {
  return readFileSync(new URL(`./seed/${name}.policy`, import.meta.url), 'utf8')
}

/** Three policies of the kind the language is made for, in the words of their authors. */
export const SEED_POLICIES: readonly string[] = [
  ...['secure-data-access', 'data-flow-control', 'resource-governance'].map(read),
]

/** What they name, declared beside them. */
export const SEED_VOCABULARY: string = read('vocabulary')
