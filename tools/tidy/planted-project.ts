/** What the rules for the project must find, and must leave alone. */
import { file, type Planted, type Sound } from './planted.ts'

const table = (...codes: string[]) =>
  file(
    'src/kernel/errors.ts',
    `export const ERRORS = {\n${codes.map((code) => `  ${code}: {\n  },\n`).join('')}}\n`,
  )

const lock = (entry: object) =>
  file('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } }))

export const projectViolations: readonly Planted[] = [
  {
    rule: 'error-codes',
    violation: 'a code that nothing raises',
    files: [table('A_B'), file('test/support/pinned-errors.ts', "'A_B'")],
    line: 2,
    says: /nothing in src raises `A_B`/,
  },
  {
    rule: 'error-codes',
    violation: 'a code that only a test raises',
    files: [
      table('A_B'),
      file('test/support/pinned-errors.ts', "'A_B'"),
      file('src/app/a.test.ts', "'A_B'"),
    ],
    line: 2,
    says: /nothing in src raises/,
  },
  {
    rule: 'error-codes',
    violation: 'a code that is not pinned, in a part of the table',
    files: [
      { ...table('A_B'), path: 'src/kernel/door-errors.ts' },
      file('src/app/raises.ts', "'A_B'"),
    ],
    line: 2,
    says: /add it to the list/,
  },
  {
    rule: 'machine-paths',
    violation: 'a home directory',
    files: [file('docs/guide/start.md', 'run it\nin /home/carol/portcullis\n')],
    line: 2,
    says: /`\/home\/carol` is a path of one machine/,
  },
  {
    rule: 'registry-hosts',
    violation: 'a registry in the settings of npm',
    files: [file('.npmrc', 'fund=false\nregistry=https://packages.example/\n')],
    line: 2,
    says: /for each machine to say/,
  },
  {
    rule: 'registry-hosts',
    violation: 'a lock file that says where a package came from',
    files: [file('package-lock.json', '{"packages":{},\n"resolved": "https://x.example/a.tgz"}')],
    line: 2,
    says: /names a package registry/,
  },
  {
    rule: 'exact-versions',
    violation: 'a range of versions',
    files: [file('package.json', '{\n"dependencies": {\n"jose": "^6.0.0"}}')],
    line: 3,
    says: /`\^6.0.0` is a range/,
  },
  {
    rule: 'locked-packages',
    violation: 'a package that runs a script when it is installed',
    files: [lock({ hasInstallScript: true, integrity: 'sha512-x' })],
    line: 1,
    says: /has an install script/,
  },
  {
    rule: 'locked-packages',
    violation: 'a package without a checksum',
    files: [lock({ version: '1.0.0' })],
    line: 1,
    says: /has no integrity/,
  },
]

export const projectSound: readonly Sound[] = [
  ['machine-paths', 'a path below an address', [file('a.md', 'https://x.example/home/carol')]],
  [
    'error-codes',
    'a code that is raised and pinned',
    [table('A_B'), file('test/support/pinned-errors.ts', "'A_B'"), file('src/app/a.ts', "'A_B'")],
  ],
  [
    'exact-versions',
    'one version, also under another name',
    [file('package.json', '{"dependencies":{"a":"1.2.3","b":"npm:@x/y@7.0.2-rc.1"}}')],
  ],
  [
    'locked-packages',
    'an install script among the packages we are compared with',
    [file('bench/package-lock.json', lock({ hasInstallScript: true, integrity: 'x' }).text)],
  ],
  ['locked-packages', 'a locked package', [lock({ version: '1.0.0', integrity: 'sha512-x' })]],
]
