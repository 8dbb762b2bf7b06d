/** What the rules for code must find, and must leave alone. */
import { file, type Planted, type Sound } from './planted.ts'

export const codeViolations: readonly Planted[] = [
  {
    rule: 'file-length',
    violation: 'a file of 301 lines',
    files: [file('src/app/long.ts', '\n'.repeat(301))],
    line: 301,
    says: /give its second subject a file/,
  },
  {
    rule: 'line-length',
    violation: 'a line of 101 columns',
    files: [file('src/app/wide.ts', `a\n// ${'word '.repeat(19)}end\n`)],
    line: 2,
    says: /break the line/,
  },
  {
    rule: 'kebab-case',
    violation: 'a file in camel case',
    files: [file('src/app/policyFile.ts', '')],
    line: 1,
    says: /`policyFile.ts`: .* kebab-case/,
  },
  {
    rule: 'kebab-case',
    violation: 'a folder in snake case',
    files: [file('src/stores/my_store/store.ts', '')],
    line: 1,
    says: /`my_store`/,
  },
  {
    rule: 'drawers',
    violation: 'a file called after nothing',
    files: [file('src/kernel/policy/string-utils.ts', '')],
    line: 1,
    says: /`utils` is a drawer/,
  },
  {
    rule: 'drawers',
    violation: 'a folder called after nothing',
    files: [file('test/helpers/clock.ts', '')],
    line: 1,
    says: /`helpers` is a drawer/,
  },
  {
    rule: 'leftovers',
    violation: 'a note to oneself',
    files: [file('src/app/main.ts', '\n// TODO: later\n')],
    line: 2,
    says: /finish it now/,
  },
  {
    rule: 'file-urls',
    violation: 'a worker named by its source file',
    files: [file('src/stores/a.ts', "new Worker(new URL('./writer.ts', import.meta.url))\n")],
    line: 1,
    says: /derive the ending/,
  },
]

export const codeSound: readonly Sound[] = [
  ['file-length', 'a file of 300 lines', [file('src/app/a.ts', '\n'.repeat(300))]],
  ['file-length', 'a long document', [file('docs/a.md', '\n'.repeat(900))]],
  ['line-length', 'an address too long to break', [file('src/a.ts', `// ${'x'.repeat(120)}`)]],
  ['kebab-case', 'a settings file', [file('.dependency-cruiser.cjs', '')]],
  ['kebab-case', 'a document in capitals', [file('CONTRIBUTING.md', '')]],
  ['drawers', 'a word that only contains one', [file('src/kernel/uncommon-case.ts', '')]],
  ['purity', 'a clock outside', [file('src/app/clock.ts', 'Date.now()')]],
  ['purity', 'a clock in a unit test', [file('src/kernel/a.test.ts', 'Date.now()')]],
  ['purity', 'a clock in a comment', [file('src/kernel/a.ts', '// never Date.now()\n')]],
  ['purity', 'a clock in a message', [file('src/kernel/a.ts', "say('Math.random()')\n")]],
  [
    'purity',
    'a date made of an argument',
    [file('src/kernel/a.ts', 'new Date(now).toISOString()')],
  ],
]
