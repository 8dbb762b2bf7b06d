import { differenceText, isOk } from './render-results.ts'
import type { CellResult } from './run-tests.ts'

/**
 * The results as JUnit XML, as build servers read it: a suite for each file, a case for each cell.
 */
export function renderJunit(results: readonly CellResult[]): string {
  const files = [...new Set(results.map(({ suite }) => suite.file))]
  const suites = files.map((file) => {
    const own = results.filter(({ suite }) => suite.file === file)
    const failed = own.filter((result) => !isOk(result)).length
    const open = `<testsuite name="${xml(file)}" tests="${own.length}" failures="${failed}">`
    return [`  ${open}`, ...own.flatMap(caseLines), '  </testsuite>'].join('\n')
  })
  const failed = results.filter((result) => !isOk(result)).length
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failed}">`,
    ...suites,
    '</testsuites>\n',
  ].join('\n')
}

function caseLines({ suite, test, cell, differences }: CellResult): readonly string[] {
  const { file, line } = cell.expected.at
  const name = xml(cell.title.join(' '))
  const open = `    <testcase classname="${xml(`${suite.file} ${test.name}`)}" name="${name}"`
  const [first] = differences
  if (first === undefined) return [`${open}/>`]
  const texts = differences.map(differenceText)
  return [
    `${open} file="${xml(file)}" line="${line}">`,
    `      <failure message="${xml(differenceText(first))}">${xml(texts.join('\n'))}</failure>`,
    '    </testcase>',
  ]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 has no words for most control characters: they become a mark. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/gu, (char) => ENTITIES[char] ?? char)
}
