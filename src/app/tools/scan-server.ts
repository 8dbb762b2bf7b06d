import { PortcullisError } from '../../kernel/errors.ts'
import { loadConfig } from '../config.ts'
import { streamLog } from '../log.ts'
import { connectMcpServers, createToolReader } from '../parts.ts'
import { systemClock } from '../system-ports.ts'
import { reviewAll, type ScannedTool } from './scan-tools.ts'

/** Reviews the tools that a configured server lists now. The server is started for it. */
export async function scanServer(name: string, config: string): Promise<readonly ScannedTool[]> {
  const server = loadConfig(config, process.env).servers[name]
  if (server === undefined)
    throw new PortcullisError('UPSTREAM_UNKNOWN', `there is no server \`${name}\``)
  const log = streamLog(process.stderr, systemClock)
  const servers = connectMcpServers({ [name]: server }, { log, report: () => undefined })
  try {
    await servers.ready()
    const [status] = servers.status()
    if (status?.state !== 'up')
      throw new PortcullisError('UPSTREAM_UNAVAILABLE', `\`${name}\` does not answer`)
    return reviewAll(servers.tools())
  } finally {
    await servers.close()
  }
}

/**
 * The same with what the model of `[tools.reviewer]` says of each, one after the other. Nothing is
 * recorded: no runtime runs.
 * @throws PortcullisError `TOOL_READER_NOT_CONFIGURED`, `TOOL_READER_FAILED`
 */
export async function askReviewer(
  tools: readonly ScannedTool[],
  config: string,
): Promise<readonly ScannedTool[]> {
  const { reviewer } = loadConfig(config, process.env)
  if (reviewer === undefined)
    throw new PortcullisError(
      'TOOL_READER_NOT_CONFIGURED',
      `\`${config}\` has no \`[tools.reviewer]\``,
    )
  const reader = createToolReader(reviewer)
  const read: ScannedTool[] = []
  for (const tool of tools) read.push({ ...tool, reading: await reader.read(tool) })
  return read
}
