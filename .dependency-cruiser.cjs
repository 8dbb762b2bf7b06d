/** Who may import whom. ARCHITECTURE.md says why; this file makes it true. */
const mayImport = (folder, allowed, comment) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment,
  from: { path: `^src/${folder}/` },
  to: {
    path: '^(src|console)/',
    pathNot: [`${folder}/`, ...allowed].map((path) => `^src/${path}`),
  },
})

const THE_PARTS = 'inbound|connectors|sources|stores|sandbox|monitors'
const PORTS = 'pipeline/ports[.]ts$'
const TEST = '[.]test[.]ts$'
const PACKAGES = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg']

module.exports = {
  forbidden: [
    mayImport('kernel', [], 'The kernel is pure: pass the value in, or move the code outward.'),
    mayImport('pipeline', ['kernel/'], 'The pipeline knows ports, never a concrete part.'),
    mayImport(
      'inbound',
      [PORTS, 'kernel/', 'contract/'],
      'A door is handed the gate and decides nothing: it needs the ports and the kernel only.',
    ),
    mayImport(
      'connectors',
      [PORTS, 'kernel/'],
      'A connector carries out a decision; it never makes one.',
    ),
    mayImport('sources', [PORTS, 'kernel/'], 'A source supplies facts; it never decides.'),
    mayImport('stores', [PORTS, 'kernel/'], 'A store keeps things; it never decides.'),
    mayImport(
      'sandbox',
      [PORTS, 'kernel/'],
      'A tier confines a process; the plan comes from the kernel.',
    ),
    mayImport(
      'monitors',
      [PORTS, 'kernel/'],
      'A monitor reads receipts and nothing else; what it concludes is a formula of the kernel.',
    ),
    mayImport(
      'language-server',
      ['kernel/'],
      'It speaks a protocol; what it says of policies the kernel knows, the app hands it files.',
    ),
    mayImport('contract', ['kernel/'], 'The admin contract is types and schemas only.'),
    mayImport(
      'client',
      ['contract/', 'kernel/'],
      'The SDK is small: the contract, and the pure kernel (offline receipt checks).',
    ),
    mayImport('app', ['(?!cli/)'], 'The parts meet here; the command line sits on top.'),
    mayImport(
      'cli',
      ['app/', 'client/', 'kernel/'],
      'A command calls the app or the client; it reaches no part directly.',
    ),
    {
      name: 'siblings-are-strangers',
      severity: 'error',
      comment: 'Two parts that need each other share something that belongs in the kernel.',
      from: { path: `^src/(${THE_PARTS})/([^/]+)/` },
      to: { path: '^src/$1/', pathNot: '^src/$1/($2/|[^/]+$)' },
    },
    {
      name: 'kernel-does-no-io',
      severity: 'error',
      comment: 'No package and no `node:` module but the pure crypto that platform.d.ts lists.',
      from: { path: '^src/kernel/', pathNot: TEST },
      to: { pathNot: '^(node:)?crypto$', dependencyTypes: ['core', 'unknown', ...PACKAGES] },
    },
    {
      name: 'pipeline-does-no-io',
      severity: 'error',
      comment: 'The path needs the outside through ports: no package and no `node:` module.',
      from: { path: '^src/pipeline/', pathNot: TEST },
      to: { dependencyTypes: ['core', 'unknown', ...PACKAGES] },
    },
    {
      name: 'console-sees-the-contract',
      severity: 'error',
      comment: 'The console is a user of the admin API like any other.',
      from: { path: '^console/' },
      to: { path: '^src/', pathNot: '^src/(client|contract)/' },
    },
    {
      name: 'production-never-imports-tests',
      severity: 'error',
      comment: 'What ships must not need what does not: move the shared code into `src/`.',
      from: { path: '^(src|console)/', pathNot: TEST },
      to: { path: `^(test|tools|scripts|demo|bench|examples)/|${TEST}` },
    },
    {
      name: 'production-uses-declared-packages',
      severity: 'error',
      comment: 'Add it to `dependencies` of package.json, or do without: ask before adding.',
      from: { path: '^src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '@types/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'Nothing is found under this name: a typing error, or a package not installed.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one, or miss a third that both may import.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nothing imports this file and it imports nothing: use it or remove it.',
      from: { orphan: true, pathNot: '[.](test|d)[.]ts$|[.](c|m)?js$' },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|bench/node_modules|test/mutation/node_modules)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
}
