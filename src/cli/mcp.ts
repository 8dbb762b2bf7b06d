import { Command } from 'commander'
import { bridge } from '../client/mcp-stdio/bridge.ts'
import { command, EXIT, printError } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { importCommand } from './mcp-import.ts'

/** `portcullis mcp …`: stdio, import. */
export function mcpCommand(): Command {
  return new Command('mcp')
    .description('put the runtime in front of desktop clients and editors')
    .addCommand(stdioCommand())
    .addCommand(importCommand())
}

interface StdioOptions extends ConfigOptions {
  readonly agent: string
  readonly server?: string
}

/** A token is made anew when this part of its life is over. */
const RENEWED_AFTER = 0.5

function stdioCommand(): Command {
  return withTenant(
    command({
      name: 'stdio',
      summary: 'speak MCP over standard streams, for clients that start their servers themselves',
      examples: [
        'portcullis mcp stdio --agent desktop',
        'portcullis mcp stdio --agent desktop --server files --config ~/gate/portcullis.toml',
      ],
    }),
  )
    .requiredOption('--agent <name>', 'the agent that the client is, as declared')
    .option('--server <name>', 'offer this one server under its own names, instead of all')
    .action((options: StdioOptions) => stdio(options))
}

/** Standard output belongs to the protocol alone. */
async function stdio(options: StdioOptions): Promise<void> {
  try {
    const admin = runtimeOf(options)
    const { address } = await admin.status()
    const path = options.server === undefined ? '/mcp' : `/mcp/${options.server}`
    await bridge({
      url: new URL(path, address),
      token: renewed(() => admin.issueToken(options.agent)),
      input: process.stdin.setEncoding('utf8'),
      write: (line) => void process.stdout.write(`${line}\n`),
      say: (line) => void process.stderr.write(`portcullis: ${line}\n`),
    })
  } catch (error) {
    printError(error, false)
    process.exitCode = EXIT.usage
  }
}

interface Issued {
  readonly token: string
  readonly expires: string
}

/** The same token until half of its life is over, or it was refused. */
function renewed(issue: () => Promise<Issued>): (again: boolean) => Promise<string> {
  let current: Promise<string> | undefined
  let until = 0
  return (again) => {
    const now = performance.now()
    if (current === undefined || again || now >= until) {
      const issued = issue()
      current = issued.then(({ token, expires }) => {
        until = now + (Date.parse(expires) - Date.now()) * RENEWED_AFTER
        return token
      })
      until = Number.POSITIVE_INFINITY
      current.catch(() => {
        current = undefined
      })
    }
    return current
  }
}
