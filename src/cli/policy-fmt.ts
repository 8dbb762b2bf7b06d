import { text as textOfStream } from 'node:stream/consumers'
import type { Command } from 'commander'
import { loadConfig } from '../app/config.ts'
import type { FormattedFile } from '../app/format-policies.ts'
import { formatPolicies, formatTexts, writeFormatted } from '../app/format-policies.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { unifiedDiff } from '../kernel/text/unified-diff.ts'
import type { Answer } from './command.ts'
import { answer, command, EXIT } from './command.ts'

interface FormatOptions {
  readonly config: string
  readonly check?: boolean
  readonly diff?: boolean
  readonly stdin?: boolean
  readonly json?: boolean
}

export function fmtCommand(): Command {
  return command({
    name: 'fmt [paths...]',
    summary: 'Format policies: files, or all below directories. A file with a mistake stays.',
    examples: [
      'portcullis policy fmt',
      'portcullis policy fmt policies/sales.policy --diff',
      'portcullis policy fmt --check --json',
      'portcullis policy fmt --stdin < policies/sales.policy',
    ],
  })
    .option('--check', 'write nothing; exit 1 when something would change')
    .option('--diff', 'write nothing; print what would change')
    .option('--stdin', 'format standard input to standard output')
    .option('--config <file>', 'the configuration that names the directory', 'portcullis.toml')
    .action((paths: readonly string[], options: FormatOptions) =>
      answer(options.json, () => format(paths, options)),
    )
}

async function format(paths: readonly string[], options: FormatOptions): Promise<Answer> {
  if (options.stdin) return formatInput(paths, options)
  const from = paths.length > 0 ? paths : [policyDirectory(options.config)]
  const files = formatPolicies(from)
  const changed = files.filter(isChanged)
  const dry = options.check === true || options.diff === true
  if (!dry) for (const file of changed) writeFormatted(file)
  const done = dry ? 'would change' : 'formatted'
  const all = files.length === 1 ? '1 file' : `${files.length} files`
  const lines = options.diff ? changed.map(diffOf) : changed.map(({ path }) => `${done} ${path}`)
  const count = `${all}, ${changed.length} ${done}`
  const text = options.diff ? lines.join('') : [...lines, count].join('\n')
  return { json: { files: files.map(entryOf(options)) }, text, exit: exitOf(changed, options) }
}

async function formatInput(paths: readonly string[], options: FormatOptions): Promise<Answer> {
  if (paths.length > 0)
    throw new PortcullisError('REQUEST_INVALID', '`--stdin` takes no paths beside it')
  const input = { path: 'stdin', text: await textOfStream(process.stdin) }
  const files = formatTexts([input])
  const [after = ''] = files.map((file) => file.after)
  const text = options.diff ? files.map(diffOf).join('') : options.check ? '' : after
  const json = { files: files.map((file) => ({ ...entryOf(options)(file), text: file.after })) }
  return { json, text, exit: exitOf(files.filter(isChanged), options) }
}

function policyDirectory(file: string): string {
  return loadConfig(file, process.env, { purpose: 'inspect' }).policyDir
}

function isChanged({ before, after }: FormattedFile): boolean {
  return before !== after
}

function diffOf({ path, before, after }: FormattedFile): string {
  return unifiedDiff(path, before, after)
}

function entryOf({ diff }: FormatOptions) {
  return (file: FormattedFile) => {
    const entry = { file: file.path, changed: isChanged(file) }
    return diff ? { ...entry, diff: diffOf(file) } : entry
  }
}

function exitOf(changed: readonly FormattedFile[], { check }: FormatOptions): number {
  return check && changed.length > 0 ? EXIT.failed : EXIT.ok
}
