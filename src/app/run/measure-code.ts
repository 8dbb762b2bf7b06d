import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { PortcullisError } from '../../kernel/errors.ts'

/** Bytes of one file of code. */
export const CODE_FILE_LIMIT_BYTES = 1024 * 1024 * 1024
/** How many interpreters of interpreters are followed. */
const INTERPRETER_DEPTH = 4

/** The code of a command. */
export interface MeasuredCode {
  /** The program, an absolute path. */
  readonly file: string
  /** All files that were measured, the program and its interpreters first. */
  readonly files: readonly string[]
  /**
   * `sha256:` of the digests of the files, one line `<hex>  -` each: what
   * `for f in …; do sha256sum < "$f"; done | sha256sum` prints.
   */
  readonly digest: string
}

/**
 * Measures what a command line runs: the program, the interpreters that its first line names, the
 * first argument that is a file (the script), and the files named beside it.
 * @throws PortcullisError `LAUNCH_FAILED` when the program or a file is not there.
 */
export function measureCode(
  [command = '', ...args]: readonly string[],
  { more, env }: { readonly more: readonly string[]; readonly env: NodeJS.ProcessEnv },
): MeasuredCode {
  const file = programOf(command, env)
  const script = args.find((argument) => !argument.startsWith('-') && isFile(argument))
  const named = [...(script === undefined ? [] : [script]), ...more].map((path) => resolve(path))
  const programs = withInterpreters(file, env)
  const scripts = named.flatMap((path) => withInterpreters(path, env).slice(0, 1))
  const files = [...new Set([...programs, ...scripts].map(realPath))]
  const lines = files.map((path) => `${digestOf(path)}  -\n`)
  return { file, files, digest: `sha256:${sha256(lines.join(''))}` }
}

/** The program as a shell would find it. */
function programOf(command: string, { PATH = '' }: NodeJS.ProcessEnv): string {
  if (command.includes('/')) {
    const path = resolve(command)
    if (isProgram(path)) return path
  } else {
    const folders = PATH.split(delimiter).filter(isAbsolute)
    const found = folders.map((folder) => join(folder, command)).find(isProgram)
    if (found !== undefined) return found
  }
  throw new PortcullisError('LAUNCH_FAILED', `there is no program \`${command}\``)
}

/** The program, and what its first line says that runs it (execve(2)). */
function withInterpreters(file: string, env: NodeJS.ProcessEnv): readonly string[] {
  const files = [file]
  for (let depth = 0; depth < INTERPRETER_DEPTH; depth += 1) {
    const [, interpreter, argument = ''] =
      /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(headOf(files)) ?? []
    if (interpreter === undefined) break
    files.push(interpreter)
    // `#!/usr/bin/env node` names two.
    if (/\/env$/.test(interpreter) && !argument.startsWith('-')) {
      files.push(programOf(argument, env))
    }
  }
  return files
}

function headOf(files: readonly string[]): string {
  return readCode(files.at(-1) ?? '')
    .subarray(0, 256)
    .toString('latin1')
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return isFile(path)
  } catch {
    return false
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new PortcullisError('LAUNCH_FAILED', `\`${path}\` is not there`, { cause })
  }
}

function digestOf(path: string): string {
  return sha256(readCode(path))
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function readCode(path: string): Buffer {
  try {
    if (statSync(path).size > CODE_FILE_LIMIT_BYTES) throw new Error('it is too long')
    return readFileSync(path)
  } catch (cause) {
    throw new PortcullisError('LAUNCH_FAILED', `\`${path}\` cannot be read`, { cause })
  }
}
