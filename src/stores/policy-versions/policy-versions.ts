import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'
import { isJsonObject } from '../../kernel/json/value.ts'
import type { PolicyText } from '../../kernel/policy/load-policies.ts'
import {
  ACTIVATION_CAUSES,
  type Activation,
  type ActivationCause,
  namesVersion,
} from '../../kernel/policy/versions/activation.ts'

const ACTIVATIONS = 'activations.ndjson'

/**
 * Every policy version that came into force, by its digest, and the order in which they did. The
 * last activation is the one in force: one line, written in one step, is the whole swap.
 */
export interface PolicyVersions {
  /** Oldest first. */
  activations(): readonly Activation[]
  /** The files of a version, as they were written when it last came into force. */
  files(version: string): readonly PolicyText[]
  /** The whole name of a version, given that or its beginning. */
  find(text: string): string
  /** Keeps the files of a version. Durable when it returns. */
  keep(version: string, files: readonly PolicyText[]): void
  /** Says that a version, which is kept, came into force. Durable when it returns. */
  activate(activation: Activation): void
}

/**
 * The versions below a directory, which is made when the first one is kept. Methods throw
 * `POLICY_VERSION_UNKNOWN` or `POLICY_VERSION_CORRUPT`. That files are what their digest says shows
 * when they are loaded.
 */
export function policyVersions(directory: string): PolicyVersions {
  const path = (version: string) => join(directory, `${version.replace('sha256:', '')}.json`)
  const log = join(directory, ACTIVATIONS)
  return {
    activations: () => readActivations(log),
    files(version) {
      if (!/^sha256:[0-9a-f]{64}$/.test(version) || !existsSync(path(version))) {
        throw new PortcullisError('POLICY_VERSION_UNKNOWN', `no version \`${version}\` is kept`)
      }
      return readVersion(path(version))
    },
    find: (text) => oneOf(versionsIn(directory), text),
    keep(version, files) {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      writeWhole(path(version), `${JSON.stringify({ version, files })}\n`, directory)
    },
    activate(activation) {
      appendLine(log, JSON.stringify(activation))
    },
  }
}

function versionsIn(directory: string): readonly string[] {
  const names = existsSync(directory) ? readdirSync(directory) : []
  return names
    .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
    .map((name) => `sha256:${name.slice(0, 64)}`)
}

function oneOf(versions: readonly string[], text: string): string {
  const [found, ...more] = versions.filter((version) => namesVersion(text, version))
  if (found !== undefined && more.length === 0) return found
  const why = found === undefined ? 'no version begins' : 'more than one version begins'
  throw new PortcullisError('POLICY_VERSION_UNKNOWN', `${why} \`${text}\``)
}

function readVersion(file: string): readonly PolicyText[] {
  const content = parsed(readFileSync(file, 'utf8'))
  const files: unknown = isJsonObject(content) ? content.files : undefined
  if (Array.isArray(files) && files.every(isPolicyText)) return files
  throw new PortcullisError('POLICY_VERSION_CORRUPT', `\`${file}\` holds no version`)
}

function isPolicyText(value: unknown): value is PolicyText {
  return isJsonObject(value) && typeof value.file === 'string' && typeof value.text === 'string'
}

/** A line that a crash cut short never was: what it would have activated never came into force. */
function readActivations(log: string): readonly Activation[] {
  if (!existsSync(log)) return []
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const activation = activationOf(parsed(line))
    if (activation !== undefined) return activation
    throw new PortcullisError(
      'POLICY_VERSION_CORRUPT',
      `\`${log}\` has a line that is no activation`,
    )
  })
}

function activationOf(value: unknown): Activation | undefined {
  if (!isJsonObject(value)) return undefined
  const { version, at, by, over } = value
  if (typeof version !== 'string' || typeof at !== 'number' || !isCause(by)) return undefined
  return typeof over === 'string' ? { version, at, by, over } : { version, at, by }
}

function isCause(value: unknown): value is ActivationCause {
  return ACTIVATION_CAUSES.some((cause) => cause === value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Replaces a file in one step: a crash leaves the old content or the new. */
function writeWhole(file: string, content: string, directory: string): void {
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, content, { mode: 0o600, flush: true })
  renameSync(draft, file)
  const folder = openSync(directory, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function appendLine(file: string, line: string): void {
  const whole = existsSync(file) ? readFileSync(file).lastIndexOf('\n') + 1 : 0
  const handle = openSync(file, 'a', 0o600)
  try {
    // What a crash left of a line must not become the beginning of this one.
    truncateSync(file, whole)
    writeSync(handle, `${line}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
