import type { Command } from 'commander'
import { streamLog } from '../app/log.ts'
import { systemClock } from '../app/system-ports.ts'
import { type ScannedTool, scanFile, scanServer } from '../app/tools/scan-tools.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { visible } from '../kernel/text/visible.ts'
import type { Finding } from '../kernel/tools/review/review.ts'
import { type Answer, answer, command, EXIT } from './command.ts'

interface ScanOptions {
  readonly server?: string
  readonly config: string
  readonly all?: boolean
  readonly json?: boolean
}

/** `portcullis tools scan` */
export function toolsScanCommand(): Command {
  return command({
    name: 'scan [file]',
    summary: 'Review tool definitions: a file, or what a server lists. Exit 1 to look at one.',
    examples: ['portcullis tools scan tools.json', 'portcullis tools scan --server desk --json'],
  })
    .option('--server <name>', 'start this server of the configuration and review what it lists')
    .option('--all', 'show what a tool can do too, not only what looks like an attack')
    .option('--config <file>', 'the configuration that names the server', 'portcullis.toml')
    .action((file: string | undefined, options: ScanOptions) =>
      answer(options.json, async () => scan(file, options)),
    )
}

async function scan(file: string | undefined, options: ScanOptions): Promise<Answer> {
  if ((file === undefined) === (options.server === undefined))
    throw new PortcullisError('REQUEST_INVALID', 'name a file, or a server with `--server`')
  const { server, config } = options
  const log = streamLog(process.stderr, systemClock)
  const tools =
    server === undefined ? scanFile(file ?? '') : await scanServer(server, { config, log })
  const suspect = tools.filter(({ review }) => review.recommendation !== 'approve')
  const lines = tools.flatMap((tool) => toolLines(tool, options.all === true))
  const count = `${tools.length} tools, ${suspect.length} to look at`
  const exit = suspect.length > 0 ? EXIT.failed : EXIT.ok
  return { json: { tools }, text: [...lines, count].join('\n'), exit }
}

function toolLines({ tool, review }: ScannedTool, all: boolean): readonly string[] {
  const { findings, recommendation, risk, score } = review
  const shown = findings.filter((it) => all || it.kind === 'malice' || it.severity === 'critical')
  if (recommendation === 'approve' && shown.length === 0 && !all) return []
  const scored = score === undefined ? '' : `, score ${score.toFixed(2)}`
  const head = `${recommendation.padEnd(7)} ${visible(tool)}  risk ${risk.toFixed(2)}${scored}`
  return [head, ...shown.flatMap(findingLines)]
}

/** Evidence is hostile text: what a terminal would obey is made visible. */
function findingLines({ rule, severity, where, span, evidence, message }: Finding) {
  const place = `${visible(where) || '/'} ${span[0]}–${span[1]}`
  return [
    `  ${severity.padEnd(8)} ${rule}: ${visible(message)}`,
    `           ${place}  ${visible(evidence.replaceAll(/\s+/g, ' '))}`,
  ]
}
