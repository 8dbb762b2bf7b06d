/** Rules for documents: what they point at exists, and decisions are numbered and whole. */
import { posix } from 'node:path'
import type { Finding, ProjectFile, Rule } from './project.ts'

const LINK = /(?<!\\)\[(?:[^\]\\]|\\.)*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g
const ELSEWHERE = /^[a-z][a-z0-9+.-]*:/

export const links: Rule = function* (files) {
  const pages = new Map(files.map((file) => [file.path, file]))
  for (const { path, text } of files.filter(isPage)) {
    for (const [index, line] of withoutCode(text).split('\n').entries()) {
      for (const [, target = ''] of line.matchAll(LINK)) {
        const broken = ELSEWHERE.test(target) ? undefined : whyBroken(path, target, pages)
        if (broken) yield { path, line: index + 1, message: `\`${target}\`: ${broken}` }
      }
    }
  }
}

/** A path of ours. In `tools/` it needs an ending: `tools/list` is a method of MCP. */
const TREES = /^((src|test|scripts|demo|bench|bin|docs)\/[\w./-]*|tools\/[\w./-]+\.\w+)$/

/** A page that names a file or folder in code style is believed. Records tell of their own day. */
export const namedPaths: Rule = function* (files) {
  for (const { path, text } of files.filter(isPage)) {
    if (path.startsWith('docs/adr/') || path === 'CHANGELOG.md') continue
    for (const [index, line] of withoutFences(text).split('\n').entries()) {
      for (const [, name = ''] of line.matchAll(/`([^`]+)`/g)) {
        if (!TREES.test(name) || files.some((file) => isAtOrBelow(file.path, name))) continue
        yield { path, line: index + 1, message: `\`${name}\`: there is no such file or folder` }
      }
    }
  }
}

const MODEL = 'docs/threat-model.md'

/** An attack is worth a line in the model, and the line names its test. */
export const namedAttacks: Rule = function* (files) {
  const model = files.find(({ path }) => path === MODEL)?.text ?? ''
  for (const { path } of files.filter(({ path }) => /^test\/attacks\/.*\.test\.ts$/.test(path))) {
    if (!model.includes(path)) yield { path, line: 1, message: `name this attack in ${MODEL}` }
  }
}

const FAULTS = 'docs/gateway-faults.md'
const TESTED = /\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g
const TITLE = /\b(?:test|law)\(\s*(['`])((?:(?!\1).)*)\1/gs

/** A fault of others stands beside tests whose titles say that it is none here. */
export const namedFaults: Rule = function* (files) {
  const titles = new Map<string, string>()
  const titlesOf = (path: string) => {
    const text = files.find((file) => file.path === path)?.text ?? ''
    const found = () => [...text.matchAll(TITLE)].map(([, , title]) => title).join('\n')
    const known = titles.get(path) ?? found()
    titles.set(path, known)
    return known
  }
  const page = files.find(({ path }) => path === FAULTS)?.text ?? ''
  for (const [index, row] of page.split('\n').entries()) {
    if (!row.startsWith('| ') || row.startsWith('| Fault |')) continue
    const at = { path: FAULTS, line: index + 1 }
    const tests = [...row.matchAll(TESTED)]
    if (tests.length === 0) yield { ...at, message: 'name a test by a part of its title' }
    for (const [, title = '', path = ''] of tests) {
      if (titlesOf(path).includes(title)) continue
      yield { ...at, message: `no test of \`${path}\` is called \`${title}\`` }
    }
  }
}

type Pages = ReadonlyMap<string, ProjectFile>

function whyBroken(from: string, target: string, pages: Pages): string | undefined {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), decodeURI(file))
  const page = pages.get(path)
  if (page === undefined) {
    const isFolder = [...pages.keys()].some((known) => isAtOrBelow(known, path))
    return isFolder ? undefined : 'there is no such file: links are relative to the page'
  }
  if (anchor === undefined || !isPage(page) || anchors(page.text).has(anchor)) return undefined
  return `\`${path}\` has no heading for this anchor`
}

/** As GitHub names them: lower case, no punctuation, blanks as hyphens, repeats numbered. */
function anchors(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const found = new Set<string>()
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    found.add(times === 0 ? slug : `${slug}-${times}`)
  }
  return found
}

const RECORD = /^docs\/adr\/(?!README\.md$)(.+)$/
const RECORD_NAME = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$/
const RECORD_PARTS = ['Status:', '## Context', '## Decision', '## Consequences']

export const decisionRecords: Rule = function* (files) {
  const records = files.filter(({ path }) => RECORD.test(path)).sort(byPath)
  for (const [index, record] of records.entries()) yield* judgeRecord(record, index + 1)
}

function* judgeRecord({ path, text }: ProjectFile, expected: number): Generator<Finding> {
  const number = RECORD_NAME.exec(posix.basename(path))?.[1]
  const at = { path, line: 1 }
  if (number === undefined) {
    yield { ...at, message: 'name a decision record `NNNN-what-was-decided.md`' }
    return
  }
  if (Number(number) !== expected) {
    const next = String(expected).padStart(4, '0')
    yield { ...at, message: `number ${number} where ${next} is next: no gap and no number twice` }
  }
  if (!text.startsWith(`# ${Number(number)}. `)) {
    yield { ...at, message: `begin with \`# ${Number(number)}. What was decided\`` }
  }
  for (const part of RECORD_PARTS) {
    if (text.split('\n').some((line) => line.startsWith(part))) continue
    yield { ...at, message: `\`${part}\` is missing: status, context, decision, consequences` }
  }
}

function byPath(a: ProjectFile, b: ProjectFile): number {
  return a.path < b.path ? -1 : 1
}

function isAtOrBelow(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name.replace(/\/$/, '')}/`)
}

function isPage({ path }: ProjectFile): boolean {
  return path.endsWith('.md')
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replaceAll(/[^\n]/g, ''))
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, '')
}
