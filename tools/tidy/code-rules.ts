/** Rules for single files of code: size, names, and what the pure folders may not do. */
import { eachLine, isCode, isTest, type Rule } from './project.ts'

export const MAX_FILE_LINES = 300
export const MAX_COLUMNS = 100

/** A word this long (an address, a test vector) may pass the margin: it cannot be broken. */
const UNBREAKABLE_CHARS = 80

export const fileLength: Rule = function* (files) {
  for (const { path, text } of files.filter(({ path }) => isCode(path))) {
    const lines = text.split('\n').length - 1
    if (lines <= MAX_FILE_LINES) continue
    const message = `${lines} lines, at most ${MAX_FILE_LINES}: give its second subject a file`
    yield { path, line: MAX_FILE_LINES + 1, message }
  }
}

export const lineLength = eachLine(isCode, (line) => {
  if ([...line].length <= MAX_COLUMNS) return undefined
  if (line.split(/\s+/).some((word) => word.length >= UNBREAKABLE_CHARS)) return undefined
  return `${[...line].length} columns, at most ${MAX_COLUMNS}: break the line`
})

// Spelt so that it does not find itself.
const LEFTOVERS = /\b(?:TO(?:DO)|FIX(?:ME)|X{3}|HAC(?:K))\b/

export const leftovers = eachLine(isCode, (line) => {
  const mark = LEFTOVERS.exec(line)?.[0]
  return mark && `\`${mark}\`: finish it now, or open an issue and leave nothing in the code`
})

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

export const kebabCase: Rule = function* (files) {
  for (const { path } of files) {
    const odd = isCode(path) && path.split('/').find((name) => !KEBAB.test(name))
    if (!odd) continue
    const message = `\`${odd}\`: name folders and files in kebab-case, after the one export`
    yield { path, line: 1, message }
  }
}

const DRAWERS = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'misc'])

export const drawers: Rule = function* (files) {
  for (const { path } of files) {
    const drawer = isCode(path) && path.split(/[/.-]/).find((word) => DRAWERS.has(word))
    if (!drawer) continue
    const message = `\`${drawer}\` is a drawer that anything fits in: name what this one thing is`
    yield { path, line: 1, message }
  }
}

/** What the compiler cannot take away from `kernel` and `pipeline`: it belongs to the language. */
const IMPURE: readonly [pattern: RegExp, instead: string][] = [
  [/\bDate\s*\.\s*now\b/, 'take the time as an argument (`now`, from `ports.clock`)'],
  [
    /\bnew\s+Date\s*(\(\s*\)|(?!\s*\())/,
    'take the time as an argument (`now`, from `ports.clock`)',
  ],
  [/(?<!new\s+)(?<![.\w])Date\s*\(/, 'take the time as an argument (`now`, from `ports.clock`)'],
  [/\bperformance\s*\./, 'take durations from `ports.clock.elapsed()`'],
  [/\bMath\s*\.\s*random\b/, 'take randomness and ids through a port (`ports.ids`)'],
  [
    // With a literal locale, here a blank, dates come out the same everywhere.
    /\bIntl\b(?!\.DateTimeFormat\(\s+[,)])|\.(localeCompare|toLocale\w*)\b/,
    'the locale differs by machine: compare code points',
  ],
]

export const purity = eachLine(
  (path) => /^src\/(kernel|pipeline)\//.test(path) && path.endsWith('.ts') && !isTest(path),
  (line) => {
    const [pattern, instead] = IMPURE.find(([pattern]) => pattern.test(line)) ?? []
    return pattern && `\`${pattern.exec(line)?.[0].trim()}\` is not pure: ${instead}`
  },
  withoutCommentsAndStrings,
)

/**
 * In `dist/` the same file ends in `.js`, and the compiler rewrites imports only.
 * A worker so named runs from the sources and is missing from the published package.
 */
export const fileUrls = eachLine(
  (path) => path.startsWith('src/') && !isTest(path),
  (line) =>
    /new URL\(\s*(['"`])[^'"`]*\.ts\1/.test(line)
      ? "the published package holds `.js`: derive the ending from `import.meta.url`'s own"
      : undefined,
)

/** Comments and the insides of quoted strings become blanks; lines keep their numbers. */
export function withoutCommentsAndStrings(text: string): string {
  const skipped = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g
  return text.replaceAll(skipped, (match) => match.replaceAll(/[^\n]/g, ' '))
}
