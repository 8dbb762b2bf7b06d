import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import type { Ballot } from '../client/admin-client.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { approvalLines, approvalTable } from './approval-text.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { durationMs } from './duration-option.ts'

/** Where the token of an approver is taken from, unless a file is named. */
export const APPROVER_TOKEN_VARIABLE = 'PORTCULLIS_APPROVER_TOKEN'

const AN_ID = '019abc12-3456-7def-8123-456789abcdef'

/** `portcullis approvals …`: list, show, approve, deny, token. */
export function approvalsCommand(): Command {
  return new Command('approvals')
    .description('list actions that wait for approval, and approve or deny them')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(voteCommand('approve'))
    .addCommand(voteCommand('deny'))
    .addCommand(tokenCommand())
}

interface ListOptions extends ConfigOptions {
  readonly all?: boolean
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list',
      summary: 'list the actions that wait for approval, or for the use of one; the oldest first',
      examples: ['portcullis approvals list', 'portcullis approvals list --all --json'],
    }),
  )
    .option('--all', 'also those that are settled, the newest first')
    .action((options: ListOptions) =>
      answer(options.json, async () => {
        const { all = false } = options
        const listed = await runtimeOf(options).listApprovals({ all })
        return { json: listed, text: approvalTable(listed.approvals, { all, now: Date.now() }) }
      }),
    )
}

function showCommand(): Command {
  return withTenant(
    command({
      name: 'show <id>',
      summary: 'show what is asked, by whom, which rule demands approval, and who has approved',
      examples: [`portcullis approvals show ${AN_ID}`],
    }),
  ).action((id: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const shown = await runtimeOf(options).showApproval(id)
      return { json: shown, text: approvalLines(shown, Date.now()) }
    }),
  )
}

interface VoteOptions extends ConfigOptions {
  readonly reason?: string
  readonly tokenFile?: string
}

const VOTES = {
  approve: 'approve an action, once and as it is shown, as the approver whose token is given',
  deny: 'deny an action, as the approver whose token is given; one denial is enough',
} as const

function voteCommand(verdict: Ballot['verdict']): Command {
  return withTenant(
    command({
      name: `${verdict} <id>`,
      summary: VOTES[verdict],
      examples: [
        `portcullis approvals ${verdict} ${AN_ID} --reason "as agreed"`,
        `portcullis approvals ${verdict} ${AN_ID} --token-file ~/.approver`,
      ],
    }),
  )
    .option('--reason <text>', 'why; it is kept and stands in the receipt')
    .option('--token-file <file>', `a file with the token (default: ${APPROVER_TOKEN_VARIABLE})`)
    .action((id: string, options: VoteOptions) =>
      answer(options.json, async () => {
        const { reason, tokenFile } = options
        const ballot = { verdict, ...(reason === undefined ? {} : { reason }) }
        const after = await runtimeOf(options).voteApproval(id, ballot, tokenOf(tokenFile))
        return { json: after, text: approvalLines(after, Date.now()) }
      }),
    )
}

/** Never from the command line itself: others on the machine can read that. */
function tokenOf(file: string | undefined): string {
  if (file === undefined) return (process.env[APPROVER_TOKEN_VARIABLE] ?? '').trim()
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new PortcullisError('FILE_UNREADABLE', `cannot read \`${file}\``, { cause })
  }
}

interface TokenOptions extends ConfigOptions {
  readonly ttl?: number
}

/** Prints the token and nothing else, so that a script can take it. */
function tokenCommand(): Command {
  return withTenant(
    command({
      name: 'token <name>',
      summary: 'issue a token for a declared approver; the runtime must be running',
      examples: [
        'portcullis approvals token ada > ~/.approver && chmod 600 ~/.approver',
        `export ${APPROVER_TOKEN_VARIABLE}=$(portcullis approvals token ada --ttl 1h)`,
      ],
    }),
  )
    .option(
      '--ttl <duration>',
      'its life, 1s to 24h (default: token_ttl of the approver)',
      durationMs,
    )
    .action((name: string, options: TokenOptions) =>
      answer(options.json, async () => {
        const { ttl } = options
        const request = ttl === undefined ? {} : { ttlMs: ttl }
        const issued = await runtimeOf(options).issueApproverToken(name, request)
        return { json: issued, text: issued.token }
      }),
    )
}
