import type { Command } from 'commander'
import { type ScannedTool, scanFile } from '../app/tools/scan-tools.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { visible } from '../kernel/text/visible.ts'
import type { Finding } from '../kernel/tools/review/review.ts'
import { type Answer, answer, command, EXIT } from './command.ts'

interface ScanOptions {
  readonly server?: string
  readonly config: string
  readonly all?: boolean
  readonly ask?: boolean
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
    .option('--ask', 'ask the model of `[tools.reviewer]` about each too')
    .option('--config <file>', 'the configuration of server and reviewer', 'portcullis.toml')
    .action((file: string | undefined, options: ScanOptions) =>
      answer(options.json, async () => scan(file, options)),
    )
}

async function scan(file: string | undefined, options: ScanOptions): Promise<Answer> {
  if ((file === undefined) === (options.server === undefined))
    throw new PortcullisError('REQUEST_INVALID', 'name a file, or a server with `--server`')
  const tools = await scanned(file, options)
  const suspect = tools.filter(isSuspect)
  const lines = tools.flatMap((tool) => toolLines(tool, options.all === true))
  const count = `${tools.length} tools, ${suspect.length} to look at`
  const exit = suspect.length > 0 ? EXIT.failed : EXIT.ok
  const json = { tools: tools.map(({ definition, ...told }) => told) }
  return { json, text: [...lines, count].join('\n'), exit }
}

async function scanned(
  file: string | undefined,
  { server, config, ask }: ScanOptions,
): Promise<readonly ScannedTool[]> {
  if (server === undefined && ask !== true) return scanFile(file ?? '')
  // What reaches servers and models takes a while to load, and a file needs none of it.
  const { askReviewer, scanServer } = await import('../app/tools/scan-server.ts')
  const found = server === undefined ? scanFile(file ?? '') : await scanServer(server, config)
  return ask === true ? askReviewer(found, config) : found
}

/** A model's word is enough for a look, and never for trust. */
function isSuspect({ review, reading }: ScannedTool): boolean {
  return review.recommendation !== 'approve' || reading?.verdict === 'suspicious'
}

function toolLines(scanned: ScannedTool, all: boolean): readonly string[] {
  const { tool, review, reading } = scanned
  const { findings, recommendation, risk, score } = review
  const shown = findings.filter((it) => all || it.kind === 'malice' || it.severity === 'critical')
  if (!isSuspect(scanned) && shown.length === 0 && !all) return []
  const scored = score === undefined ? '' : `, score ${score.toFixed(2)}`
  const told = reading === undefined ? '' : `, ${visible(reading.model)}: ${reading.verdict}`
  const about = `risk ${risk.toFixed(2)}${scored}${told}`
  const head = `${recommendation.padEnd(7)} ${visible(tool)}  ${about}`
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
