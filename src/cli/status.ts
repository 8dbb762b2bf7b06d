import type { Command } from 'commander'
import type { Status, TrustStatus } from '../client/admin-client.ts'
import { unreachable } from '../kernel/errors.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis status` */
export function statusCommand(): Command {
  return withTenant(
    command({
      name: 'status',
      summary: 'say how the running runtime is doing (exit 2 when none runs)',
      examples: ['portcullis status', 'portcullis status --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => {
      const status = await runtimeOf(options).status()
      return { json: status, text: describe(status) }
    }),
  )
}

function describe(status: Status): string {
  const { version, pid, started, address, policy, ledger, agents, servers, namespaces } = status
  const { certificates } = status
  const facts = [
    ['portcullis', `${version}, process ${pid}, since ${started}`],
    ['agents connect', `${address}/mcp`],
    ['policy', policyText(policy)],
    ['requests', requestsText(policy.recording)],
    ['ledger', `${ledger.size} receipts of ${ledger.origin}`],
    ['trust', trustText(status.trust)],
    ...certificates.map(({ where, ends, expiring }) => [
      'certificate',
      `${where}, good until ${ends}${expiring ? '; WARNING: renew it before then' : ''}`,
    ]),
    ['agents', agents.map(({ name }) => name).join(', ') || 'none'],
    ['records', namespaces.join(', ') || 'none'],
  ]
  if (servers.length === 0) return table(facts)
  const rows = servers.map(({ server, transport, state, tools, restarts, error }) => [
    ...[server, transport, state, String(tools), String(restarts), error ?? ''],
  ])
  const head = ['SERVER', 'OVER', 'STATE', 'TOOLS', 'RESTARTS', '']
  return `${table(facts)}\n\n${table([head, ...rows])}`
}

/** What to do about the trust document, said before it is too late. */
export function trustText({ standing, version, expires }: TrustStatus): string {
  const which = `version ${version}, good until ${expires}`
  switch (standing) {
    case 'none':
      return 'no trust document is published: see `portcullis keys root create --help`'
    case 'current':
      return which
    case 'pending':
      return `${which}; the keys have changed since: draft, sign and publish the next`
    case 'expiring':
      return `${which}; WARNING: renew it before then`
    case 'expired':
      return `${which}; EXPIRED: verifiers refuse it, renew it now`
    default:
      return unreachable(standing)
  }
}

function requestsText({ on, kept, dropped }: Status['policy']['recording']): string {
  const losses = dropped === 0 ? '' : `, ${dropped} dropped since the start`
  return on ? `${kept} recorded${losses}` : 'not recorded'
}

function policyText({ version, held }: Status['policy']): string {
  return held ? `${version}, which is not what the policy directory says` : version
}
