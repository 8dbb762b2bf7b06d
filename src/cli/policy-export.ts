import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { exportPolicies, leftOutText } from '../app/export-cedar.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { visible } from '../kernel/text/visible.ts'
import type { Answer } from './command.ts'
import { answer, command } from './command.ts'
import { DEFAULT_CONFIG_FILE, inspectedConfig } from './config-option.ts'

interface ExportOptions {
  readonly cedar?: boolean
  readonly partial?: boolean
  readonly out?: string
  readonly config: string
  readonly json?: boolean
}

/** `portcullis policy export --cedar [dir]` */
export function exportCommand(): Command {
  return command({
    name: 'export [dir]',
    summary: 'Write the policies in Cedar, as far as it has words for them; never allows more.',
    examples: [
      'portcullis policy export --cedar > policies.cedar',
      'portcullis policy export --cedar ./policies --partial --out readable.cedar',
    ],
  })
    .option('--cedar', 'the language to write; the only one there is')
    .option('--partial', 'also when rules that deny or demand have to be left out')
    .option('--out <file>', 'write there instead of to standard output')
    .option('--config <file>', 'the configuration that names the directory', DEFAULT_CONFIG_FILE)
    .action((directory: string | undefined, options: ExportOptions) =>
      answer(options.json, async () => exported(directory, options)),
    )
}

function exported(directory: string | undefined, options: ExportOptions): Answer {
  const { cedar, partial = false, out, json } = options
  if (!cedar) throw new PortcullisError('REQUEST_INVALID', 'say into which language: add `--cedar`')
  const from = directory ?? inspectedConfig(options).policyDir
  const found = exportPolicies(from, { partial })
  const { text, missing, leftOut, assumptions } = found
  const summary = { complete: missing.length === 0, missing, leftOut, assumptions }
  if (out === undefined) {
    // Standard output may be a file soon: who runs this has to see it too.
    if (!json) warn(missing.map(leftOutText))
    return { json: { ...summary, text }, text }
  }
  write(out, text)
  const notes = leftOut.map((left) => `left out: ${visible(leftOutText(left))}`)
  return { json: { ...summary, out }, text: [`written: ${out}`, ...notes].join('\n') }
}

function warn(missing: readonly string[]): void {
  for (const rule of missing) process.stderr.write(`portcullis: MISSING: ${visible(rule)}\n`)
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'no reason given'
    throw new PortcullisError('FILE_UNWRITABLE', `\`${file}\` cannot be written: ${why}`, { cause })
  }
}
