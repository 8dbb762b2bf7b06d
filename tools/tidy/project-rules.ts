/** Rules for the project as a whole: error codes, packages, and traces of one machine. */
import { eachLine, isTest, type Rule } from './project.ts'

/** The table of codes, and the parts it is put together from: `errors.ts`, `door-errors.ts`. */
const ERROR_TABLE = /^src\/kernel\/([a-z]+-)*errors\.ts$/
const ERROR_PINS = 'test/support/pinned-errors.ts'
/** That list, and the parts it is put together from: `pinned-identity-errors.ts`. */
const PINS_AND_PARTS = /^test\/support\/pinned-([a-z]+-)*errors\.ts$/
const CODE_ENTRY = /^ {2}([A-Z][A-Z0-9_]*): \{/

/** A code is an API: one that nothing raises misleads, one that no test pins may change unseen. */
export const errorCodes: Rule = function* (files) {
  const pins = files
    .filter(({ path }) => PINS_AND_PARTS.test(path))
    .map(({ text }) => text)
    .join('\n')
  const used = files
    .filter(({ path }) => /^src\/.*\.ts$/.test(path) && !isTest(path))
    .map(({ text }) => text)
    .join('\n')
  for (const { path, text } of files.filter(({ path }) => ERROR_TABLE.test(path))) {
    for (const [index, line] of text.split('\n').entries()) {
      const code = CODE_ENTRY.exec(line)?.[1]
      if (code === undefined) continue
      const at = { path, line: index + 1 }
      if (!used.includes(`'${code}'`)) {
        yield { ...at, message: `nothing in src raises \`${code}\`: raise it or remove it` }
      }
      if (!pins.includes(`'${code}'`)) {
        yield { ...at, message: `\`${code}\` is not pinned: add it to the list in ${ERROR_PINS}` }
      }
    }
  }
}

const MACHINE_PATHS = /(?<![\w.])\/(?:home|Users|root|work)\/[\w.-]+|\b[A-Z]:\\Users\\/

export const machinePaths = eachLine(
  () => true,
  (line) => {
    const found = MACHINE_PATHS.exec(line)?.[0]
    return found && `\`${found}\` is a path of one machine: make it relative, or use \`/srv/…\``
  },
)

const REGISTRY = /\bregistry\.(npmjs|yarnpkg)\.|"resolved": "(?!file:)|^\s*(\S+:)?registry\s*=/

export const registryHosts = eachLine(
  (path) => !path.startsWith('tools/tidy/'),
  (line) =>
    REGISTRY.test(line)
      ? 'names a package registry: which one is used is for each machine to say'
      : undefined,
)

const EXACT = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/

/** `^1.2.0` is a promise of somebody else's: the version we tested is the version that is used. */
export const exactVersions: Rule = function* (files) {
  for (const { path, text } of files.filter(({ path }) => isNamed(path, 'package.json'))) {
    const manifest = JSON.parse(text)
    const { dependencies, devDependencies, optionalDependencies } = manifest
    const all = Object.entries<string>({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    })
    for (const [name, version] of all.filter(([, version]) => !EXACT.test(version))) {
      const message = `\`${name}\`: \`${version}\` is a range: name one version`
      yield { path, line: lineOf(text, `"${name}"`), message }
    }
  }
}

interface Locked {
  readonly hasInstallScript?: boolean
  readonly integrity?: string
}

/**
 * An install script runs with all rights of whoever types `npm ci`, before any test has run.
 * What `bench/` compares us with is installed without scripts and is not ours to choose.
 */
export const lockedPackages: Rule = function* (files) {
  for (const { path, text } of files.filter(({ path }) => isNamed(path, 'package-lock.json'))) {
    for (const [name, locked] of Object.entries<Locked>(JSON.parse(text).packages)) {
      const line = lineOf(text, `"${name}"`)
      if (name === '') continue
      if (locked.hasInstallScript && path === 'package-lock.json') {
        yield { path, line, message: `\`${name}\` has an install script: find one that has none` }
      }
      if (!locked.integrity) {
        yield { path, line, message: `\`${name}\` has no integrity: run \`npm install\` again` }
      }
    }
  }
}

function isNamed(path: string, name: string): boolean {
  return path === name || path.endsWith(`/${name}`)
}

function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length
}
