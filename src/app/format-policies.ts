import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PortcullisError } from '../kernel/errors.ts'
import { formatPolicy } from '../kernel/policy/format/format-policy.ts'
import type { Diagnostic } from '../kernel/policy/language/diagnostics.ts'
import { renderDiagnostic } from '../kernel/policy/language/diagnostics.ts'
import { MAX_FILE_BYTES, readPolicyFiles } from '../sources/policy-files/read-policy-files.ts'

export interface FormattedFile {
  readonly path: string
  readonly before: string
  readonly after: string
}

/**
 * Formats files, and all policies below directories. Writes nothing.
 * @throws PortcullisError `POLICY_INVALID` with every mistake when one of them has any;
 * `FILE_UNREADABLE`.
 */
export function formatPolicies(paths: readonly string[]): readonly FormattedFile[] {
  return formatTexts(paths.flatMap(textsAt))
}

/** @throws PortcullisError `POLICY_INVALID` with every mistake. */
export function formatTexts(
  texts: readonly { readonly path: string; readonly text: string }[],
): readonly FormattedFile[] {
  const diagnostics: Diagnostic[] = []
  const files = texts.flatMap(({ path, text }) => {
    const formatted = formatPolicy({ file: path, text })
    if (formatted.ok) return [{ path, before: text, after: formatted.text }]
    diagnostics.push(...formatted.diagnostics)
    return []
  })
  if (diagnostics.length === 0) return files
  const mistakes = diagnostics.map(renderDiagnostic).join('\n\n')
  throw new PortcullisError('POLICY_INVALID', `nothing was formatted\n\n${mistakes}\n`)
}

/**
 * Replaces the file by its formatted text, or leaves it whole: a reader sees the one or the other.
 * A link stays a link.
 * @throws PortcullisError `FILE_UNWRITABLE`
 */
export function writeFormatted({ path, after }: FormattedFile): void {
  let scratch: string | undefined
  try {
    const target = realpathSync(path)
    // A name with a dot is no policy, should anyone load the directory meanwhile.
    scratch = join(dirname(target), `.${basename(target)}.${process.pid}`)
    const file = openSync(scratch, 'wx', statSync(target).mode)
    try {
      writeFileSync(file, after)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(scratch, target)
  } catch (cause) {
    if (scratch !== undefined) rmSync(scratch, { force: true })
    throw new PortcullisError('FILE_UNWRITABLE', `cannot write \`${path}\``, { cause })
  }
}

function textsAt(path: string): readonly { readonly path: string; readonly text: string }[] {
  if (!isDirectory(path)) return [{ path, text: textOf(path) }]
  const { files, diagnostics } = readPolicyFiles(path)
  const [problem] = diagnostics
  if (problem !== undefined)
    throw new PortcullisError('FILE_UNREADABLE', `\`${problem.file}\` ${problem.message}`)
  return files.map(({ file, text }) => ({ path: join(dirname(path), file), text }))
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `cannot read \`${path}\``, { cause })
  }
}

function textOf(path: string): string {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) throw new RangeError('the file is too large')
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `cannot read \`${path}\``, { cause })
  }
}
