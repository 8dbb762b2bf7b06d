import { Command } from 'commander'
import { readTextFile } from '../app/text-files.ts'
import type { AgentKeyList } from '../client/agent-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withTenant } from './config-option.ts'
import { durationMs } from './duration-option.ts'
import { table } from './table.ts'

/** `portcullis agent key …`: add, list, remove. */
export function agentKeyCommand(): Command {
  return new Command('key')
    .description('the public keys that agents prove themselves with (private_key_jwt)')
    .addHelpText('after', '\nExample:\n  $ portcullis agent key add sales sales.pub.pem')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
}

function addCommand(): Command {
  return withTenant(
    command({
      name: 'add <name> <file>',
      summary: 'add a public key of an agent: PEM, JWK or JWK Set; P-256 or Ed25519',
      examples: ['portcullis agent key add sales sales.pub.pem'],
    }),
  ).action((name: string, file: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const key = await readTextFile(file)
      return shown(await runtimeOf(options).addAgentKey(name, { key }))
    }),
  )
}

function listCommand(): Command {
  return withTenant(
    command({
      name: 'list <name>',
      summary: 'list the keys of an agent, declared ones and those added',
      examples: ['portcullis agent key list sales', 'portcullis agent key list sales --json'],
    }),
  ).action((name: string, options: ConfigOptions) =>
    answer(options.json, async () => shown(await runtimeOf(options).agentKeys(name))),
  )
}

function removeCommand(): Command {
  return withTenant(
    command({
      name: 'remove <name> <kid>',
      summary: 'remove an added key; tokens that the agent has got until now are void',
      examples: ['portcullis agent key remove sales laptop-2026'],
    }),
  ).action((name: string, kid: string, options: ConfigOptions) =>
    answer(options.json, async () => shown(await runtimeOf(options).removeAgentKey(name, kid))),
  )
}

interface RegisterOptions extends ConfigOptions {
  readonly ttl?: number
}

/** Prints the token and nothing else, so that a script can take it. */
export function registerTokenCommand(): Command {
  return withTenant(
    command({
      name: 'register-token <name>',
      summary: 'let one client register itself as an agent (RFC 7591)',
      examples: ['portcullis agent register-token sales --ttl 10m'],
    }),
  )
    .option('--ttl <duration>', 'how long it is good, 1s to 24h (default: 15m)', durationMs)
    .action((name: string, { ttl, ...options }: RegisterOptions) =>
      answer(options.json, async () => {
        const request = ttl === undefined ? {} : { ttlMs: ttl }
        const opened = await runtimeOf(options).openRegistration(name, request)
        return { json: opened, text: opened.token }
      }),
    )
}

function shown(list: AgentKeyList) {
  const rows = list.keys.map(({ kid, type, from, added }) => [kid, type, from, added ?? ''])
  const text = table([['KEY', 'TYPE', 'FROM', ''], ...rows])
  return { json: list, text: rows.length === 0 ? `\`${list.agent}\` has no keys` : text }
}
