/** What the rules for documents must find, and must leave alone. */
import { file, type Planted, type Sound } from './planted.ts'

/** A decision record that is whole, but for its number. */
const record = (number: number) =>
  `# ${number}. We decide\n\nStatus: accepted\n\n## Context\n\n## Decision\n\n## Consequences\n`

export const docsViolations: readonly Planted[] = [
  {
    rule: 'links',
    violation: 'a link to a page that is not there',
    files: [file('docs/guide/start.md', 'see\n[the reference](../reference/cli.md)\n')],
    line: 2,
    says: /there is no such file/,
  },
  {
    rule: 'links',
    violation: 'a link to a heading that is not there',
    files: [file('README.md', '# Start\n[on](docs/a.md#later)\n'), file('docs/a.md', '# Now\n')],
    line: 2,
    says: /`docs\/a.md` has no heading/,
  },
  {
    rule: 'named-paths',
    violation: 'a file that a page speaks of and that is not there',
    files: [file('README.md', 'read\n`src/main.ts`\n'), file('src/app/main.ts', '')],
    line: 2,
    says: /`src\/main.ts`: there is no such file or folder/,
  },
  {
    rule: 'named-attacks',
    violation: 'an attack that the threat model leaves out',
    files: [file('docs/threat-model.md', ''), file('test/attacks/slow-loris.test.ts', '')],
    line: 1,
    says: /name this attack in docs\/threat-model.md/,
  },
  {
    rule: 'named-faults',
    violation: 'a fault whose test is called something else by now',
    files: [
      file(
        'docs/gateway-faults.md',
        '| Fault | Test |\n| it leaks | [holds](../src/a.test.ts) |\n',
      ),
      file('src/a.test.ts', "// holds\ntest('leaks', () => {})\n"),
    ],
    line: 2,
    says: /no test of `src\/a.test.ts` is called `holds`/,
  },
  {
    rule: 'named-faults',
    violation: 'a fault without a test',
    files: [file('docs/gateway-faults.md', '| Fault | Test |\n| it leaks | never |\n')],
    line: 2,
    says: /name a test by a part of its title/,
  },
  {
    rule: 'decision-records',
    violation: 'a gap in the numbers',
    files: [file('docs/adr/0001-a.md', record(1)), file('docs/adr/0003-b.md', record(3))],
    line: 1,
    says: /0002 is next/,
  },
  {
    rule: 'decision-records',
    violation: 'a number given twice',
    files: [file('docs/adr/0001-a.md', record(1)), file('docs/adr/0001-b.md', record(1))],
    line: 1,
    says: /no number twice/,
  },
  {
    rule: 'decision-records',
    violation: 'a record without consequences',
    files: [file('docs/adr/0001-a.md', record(1).replace('## Consequences', ''))],
    line: 1,
    says: /`## Consequences` is missing/,
  },
  {
    rule: 'decision-records',
    violation: 'a record without a number in its name',
    files: [file('docs/adr/sqlite.md', record(1))],
    line: 1,
    says: /NNNN-what-was-decided/,
  },
  {
    rule: 'decision-records',
    violation: 'a heading with another number than the file',
    files: [file('docs/adr/0001-a.md', record(2))],
    line: 1,
    says: /begin with `# 1\. /,
  },
]

export const docsSound: readonly Sound[] = [
  [
    'named-paths',
    'a file, a folder, a pattern, a method and what a record names',
    [
      file(
        'README.md',
        '`src/app/main.ts` `src/app/` `src/**/*.ts` `tools/list`\n```\n`src/x.ts`\n```\n',
      ),
      file('docs/adr/0001-a.md', '`src/gone.ts`'),
      file('src/app/main.ts', ''),
    ],
  ],
  [
    'named-attacks',
    'an attack that the threat model names',
    [
      file('docs/threat-model.md', '[x](../test/attacks/slow-loris.test.ts)'),
      file('test/attacks/slow-loris.test.ts', ''),
    ],
  ],
  [
    'links',
    'links to a page, a heading, a repeated heading, a folder, itself and elsewhere',
    [
      file(
        'docs/a.md',
        '[1](b.md) [2](b.md#it-s-two--more) [3](#x) [4](https://x.example/n)\n# X\n',
      ),
      file(
        'docs/b.md',
        "# It's *two* & more\n# It-s two -more\n[a](../docs) [b](#its-two--more)\n",
      ),
    ],
  ],
  ['links', 'what only looks like a link', [file('a.md', '`[a](b.md)`\n```\n[a](b.md)\n```\n')]],
  [
    'decision-records',
    'records in order',
    [file('docs/adr/0002-b.md', record(2)), file('docs/adr/0001-a.md', record(1))],
  ],
]
