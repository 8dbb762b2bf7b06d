import { Command } from 'commander'
import type { SessionList } from '../client/admin-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis session …`: list, end. */
export function sessionCommand(): Command {
  return new Command('session')
    .description('see what agents and people have open, and end it')
    .addCommand(listCommand())
    .addCommand(endCommand())
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the sessions and tokens that are open',
      examples: ['portcullis session list', 'portcullis session list --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const list = await runtimeOf(options).sessions()
      const text = list.sessions.length === 0 ? 'nothing is open' : rowsOf(list)
      return { json: list, text }
    }),
  )
}

interface EndOptions extends ConfigOptions {
  readonly token?: boolean
  readonly reason?: string
}

function endCommand(): Command {
  return withTenant(
    command({
      name: 'end <id>',
      summary: 'end one session at once, or take one token back',
      examples: ['portcullis session end h3k9…', 'portcullis session end 01J9… --token'],
    }),
  )
    .option('--token', 'it is the id of a token or certificate, as receipts name it')
    .option('--reason <text>', 'why, for the receipt')
    .action((id: string, options: EndOptions) =>
      answer(options.json, async () => {
        const { token, reason } = options
        const request = { ...(token && { token }), ...(reason !== undefined && { reason }) }
        const ended = await runtimeOf(options).endSession(id, request)
        return { json: ended, text: `the ${ended.what} ${ended.id} has ended` }
      }),
    )
}

function rowsOf({ sessions }: SessionList): string {
  const rows = sessions.map(({ id, kind, principal, opened, expires }) => [
    ...[id, kind, `${principal.kind} ${principal.id}`, opened, expires ?? ''],
  ])
  return table([['ID', 'WHAT', 'WHOSE', 'SINCE', 'UNTIL'], ...rows])
}
