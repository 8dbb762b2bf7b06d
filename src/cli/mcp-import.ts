import { type Command, Option } from 'commander'
import { CLIENTS, type ClientName } from '../app/mcp-import/clients.ts'
import {
  environmentFile,
  type Imported,
  importServers,
  writeImported,
} from '../app/mcp-import/import-servers.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, withConfig } from './config-option.ts'

interface ImportOptions extends ConfigOptions {
  readonly from?: ClientName
  readonly project: string
  readonly write?: boolean
}

/** `portcullis mcp import`: the servers of desktop clients and editors, as configuration. */
export function importCommand(): Command {
  return withConfig(
    command({
      name: 'import [file]',
      summary: 'take over the MCP servers of Claude Desktop, Claude Code, Cursor and VS Code',
      examples: [
        'portcullis mcp import --from claude-desktop',
        'portcullis mcp import --write && set -a && . ./portcullis.env',
      ],
    }),
  )
    .addOption(new Option('--from <client>', 'of this client alone').choices(CLIENTS))
    .option('--project <folder>', 'the project whose own files count too', '.')
    .option('--write', 'add them to the configuration; secrets go to portcullis.env beside it')
    .action((file: string | undefined, options: ImportOptions) =>
      answer(options.json, async () => {
        const { from, project, config, write } = options
        const imported = importServers({
          ...{ project, config },
          ...(file !== undefined && { file }),
          ...(from !== undefined && { from }),
        })
        if (write === true) writeImported(imported, config)
        return { json: shown(imported), text: told(imported, { config, write: write === true }) }
      }),
    )
}

/** Never a value: what a client keeps in its file may be a secret. */
function shown({ files, servers, variables, left, notes }: Imported) {
  const names = servers.map(({ name, as }) => ({ name, as }))
  return { files, servers: names, variables: [...variables.keys()], left, notes }
}

function told(imported: Imported, { config, write }: { config: string; write: boolean }): string {
  const { files, servers, variables, left, notes } = imported
  const names = servers.map(({ as }) => as).join(', ')
  const done = write
    ? [`added to ${config}: ${names}`]
    : [servers.map(({ text }) => text).join('\n\n')]
  const needed = [...variables.keys()].join(', ')
  const where = write ? `written to ${environmentFile(config)}` : 'to be set in the environment'
  return [
    ...done,
    '',
    `# read: ${files.join(', ')}`,
    ...(needed === '' ? [] : [`# ${where}: ${needed}`]),
    ...notes.map((note) => `# ${note}`),
    ...left.map(({ name, why }) => `# left out: ${name}, since ${why}`),
    '# then let the client start this instead: portcullis mcp stdio --agent NAME',
  ].join('\n')
}
