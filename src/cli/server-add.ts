import { type Command, InvalidArgumentError, Option } from 'commander'
import { draftWithServer } from '../app/servers/draft-servers.ts'
import type { NewServer, ServerAdded } from '../client/server-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { stateText } from './server-text.ts'
import { inFileAlone, whereRunning } from './where-running.ts'

type Texts = Readonly<Record<string, string>>

interface AddOptions extends ConfigOptions {
  readonly url?: string
  readonly env?: Texts
  readonly header?: Texts
  readonly cwd?: string
  readonly isolation?: 'agent' | 'shared'
  readonly protocol?: 'auto' | '2026-07-28' | 'legacy' | 'sse'
  readonly trust?: 'first_use' | 'review'
  readonly space?: string
}

/** `portcullis server add`: into the configuration, and into the runtime where one is running. */
export function serverAddCommand(): Command {
  const built = withTenant(
    command({
      name: 'add <name> [command...]',
      summary: 'write a server into the configuration, and take it up; leaves a receipt',
      examples: [
        'portcullis server add files -- mcp-server-filesystem /srv/files',
        'portcullis server add crm --url https://crm.example.com/mcp ' +
          "--header 'Authorization=Bearer ${CRM_TOKEN}'",
      ],
    }),
  )
  return built
    .option('--url <url>', 'its address, where it is no program')
    .option('--env <name=value>', 'a variable of the program; secrets as `${NAME}`', pair)
    .option('--header <name=value>', 'a header of every request; secrets as `${NAME}`', pair)
    .option('--cwd <folder>', 'the folder it starts in, from that of the configuration')
    .addOption(
      new Option('--isolation <kind>', 'one for each agent, or one for all').choices([
        'agent',
        'shared',
      ]),
    )
    .addOption(
      new Option(
        '--protocol <revision>',
        'what it speaks, where it is not to be found out',
      ).choices(['auto', '2026-07-28', 'legacy', 'sse']),
    )
    .addOption(
      new Option('--trust <mode>', 'whether its tools are trusted when first seen').choices([
        'first_use',
        'review',
      ]),
    )
    .option('--space <name>', 'the space that it belongs to')
    .action((name: string, line: readonly string[], options: AddOptions) =>
      answer(options.json, async () => {
        const server = newServer(name, line, options)
        const added = await whereRunning(() => runtimeOf(options).addServer(server))
        if (added !== undefined) {
          return { json: { name, ...added, running: true }, text: addedText(added) }
        }
        const file = inFileAlone(options, (place) => draftWithServer(place, server))
        const text = `${name} is written into ${file}; no runtime is running to take it up`
        return { json: { name, file, running: false }, text }
      }),
    )
}

function newServer(
  name: string,
  [program, ...args]: readonly string[],
  options: AddOptions,
): NewServer {
  const { url, env, header: headers, cwd, isolation, protocol, trust, space } = options
  return {
    name,
    ...(program !== undefined && { command: program, args }),
    ...(url !== undefined && { url }),
    ...(env !== undefined && { env }),
    ...(headers !== undefined && { headers }),
    ...(cwd !== undefined && { cwd }),
    ...(isolation !== undefined && { isolation }),
    ...(protocol !== undefined && { protocol }),
    ...(trust !== undefined && { trust }),
    ...(space !== undefined && { space }),
  }
}

function pair(text: string, before: Texts = {}): Texts {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write NAME=VALUE.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

function addedText({ file, server }: ServerAdded): string {
  const { name, offered, heldBack } = server
  const lines = [`${name} is written into ${file}`, `${name} is ${stateText(server)}`]
  if (server.state === 'up') lines.push(`tools: ${offered}, and ${heldBack} held back`)
  if (heldBack > 0) lines.push(`look at them: portcullis tools review ${name}`)
  return lines.join('\n')
}
