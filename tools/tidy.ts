/** House rules that no other tool knows. Each message says what to do instead. */
import { resolve } from 'node:path'
import process from 'node:process'
import * as code from './tidy/code-rules.ts'
import * as docs from './tidy/docs-rules.ts'
import { type Finding, type ProjectFile, type Rule, readProject } from './tidy/project.ts'
import * as project from './tidy/project-rules.ts'

export const RULES = {
  'file-length': code.fileLength,
  'line-length': code.lineLength,
  'kebab-case': code.kebabCase,
  drawers: code.drawers,
  leftovers: code.leftovers,
  purity: code.purity,
  'file-urls': code.fileUrls,
  'error-codes': project.errorCodes,
  'machine-paths': project.machinePaths,
  'registry-hosts': project.registryHosts,
  'exact-versions': project.exactVersions,
  'locked-packages': project.lockedPackages,
  links: docs.links,
  'named-paths': docs.namedPaths,
  'named-attacks': docs.namedAttacks,
  'named-faults': docs.namedFaults,
  'decision-records': docs.decisionRecords,
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES

/** Violations on purpose, for the rules to be tried on. */
const PLANTED = /^tools\/(tidy\/planted-[a-z]+|tidy\.test)\.ts$/

export function tidy(files: readonly ProjectFile[]): (Finding & { rule: RuleName })[] {
  const names = Object.keys(RULES) as RuleName[]
  return names.flatMap((rule) => [...RULES[rule](files)].map((finding) => ({ rule, ...finding })))
}

function main(): void {
  const files = readProject(resolve(import.meta.dirname, '..'))
  const findings = tidy(files.filter(({ path }) => !PLANTED.test(path)))
  for (const { path, line, rule, message } of findings) {
    console.log(`${path}:${line}: ${message} (${rule})`)
  }
  process.exitCode = findings.length === 0 ? 0 : 1
}

if (import.meta.main) main()
