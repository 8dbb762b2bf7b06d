import { Command } from 'commander'
import { draftWithoutServer } from '../app/servers/draft-servers.ts'
import type { ServerDetail, ServerView } from '../client/server-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { durationText } from './duration-text.ts'
import { serverAddCommand } from './server-add.ts'
import { stateText } from './server-text.ts'
import { table } from './table.ts'
import { inFileAlone, whereRunning } from './where-running.ts'

/** `portcullis server …`: list, show, add, remove. */
export function serverCommand(): Command {
  return new Command('server')
    .description('see, add and remove the MCP servers behind the runtime')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(serverAddCommand())
    .addCommand(removeCommand())
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the servers, with what they speak, how they are doing and what they offer',
      examples: ['portcullis server list', 'portcullis server list --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).listServers()
      const rows = list.servers.map((server) => [
        ...[server.name, placeOf(server), spokenBy(server), server.isolation, stateText(server)],
        ...[server.links, server.offered, server.heldBack, server.pinned].map(String),
      ])
      const what = ['NAME', 'AT', 'SPEAKS', 'ISOLATION', 'STATE']
      const head = [...what, 'LINKS', 'TOOLS', 'HELD BACK', 'PINNED']
      const none = 'no servers are declared'
      return { json: list, text: rows.length === 0 ? none : table([head, ...rows]) }
    }),
  )
}

function showCommand(): Command {
  return withTenant(
    command({
      name: 'show <name>',
      summary: 'show one of them in full; of its secrets the names alone',
      examples: ['portcullis server show crm', 'portcullis server show crm --json'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const server = await runtimeOf(options).showServer(name)
      return { json: server, text: inFull(server) }
    }),
  )
}

function removeCommand(): Command {
  return withTenant(
    command({
      name: 'remove <name>',
      summary: 'cut a server out of the configuration, and take it away; leaves a receipt',
      examples: ['portcullis server remove crm'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const removed = await whereRunning(() => runtimeOf(options).removeServer(name))
      if (removed !== undefined) {
        const text = `${name} is gone, from ${removed.file}, too`
        return { json: { ...removed, running: true }, text }
      }
      const file = inFileAlone(options, (place) => draftWithoutServer(place, name))
      const text = `${name} is cut out of ${file}; no runtime is running`
      return { json: { name, file, running: false }, text }
    }),
  )
}

function placeOf({ transport, command: program, host }: ServerView): string {
  return transport === 'stdio' ? (program ?? '') : `${host ?? ''} (http)`
}

function spokenBy({ protocol, revision }: ServerView): string {
  if (revision === undefined) return protocol === 'auto' ? '-' : protocol
  return protocol === 'auto' ? revision : `${revision} (as declared)`
}

function inFull(server: ServerDetail): string {
  const { args, env = [], headers = [], space, tools, more } = server
  const names = (all: readonly string[]) => all.join(', ') || 'none'
  const stdio = [
    ['command', server.command ?? ''],
    ['arguments', String(args)],
    ['variables', names(env)],
  ]
  const http = [
    ['host', server.host ?? ''],
    ['headers', names(headers)],
    ['asks about tokens', server.introspects ? 'yes' : 'no'],
  ]
  const told = tools.map(({ name, code }) => ['', code === undefined ? name : `${name}: ${code}`])
  return table([
    ['name', server.name],
    ['declared in', server.file],
    ...(space === undefined ? [] : [['space', space]]),
    ...(server.transport === 'stdio' ? stdio : http),
    ['speaks', spokenBy(server)],
    ['isolation', server.isolation],
    ['state', stateText(server)],
    ['links', `${server.links}, tried again ${server.restarts} times`],
    ['a call may take', durationText(server.callTimeoutMs)],
    ['trust', `${server.trust}, signatures ${server.signatures}`],
    ['payloads', `schema ${server.schema}, sanitise ${server.sanitise}`],
    ['tools', `${server.offered}, ${server.heldBack} held back, ${server.pinned} pinned`],
    ...told,
    ...(more === 0 ? [] : [['', `… and ${more} more`]]),
  ])
}
