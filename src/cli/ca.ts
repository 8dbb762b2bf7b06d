import { Command } from 'commander'
import type { CaRoots } from '../client/admin-client.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, runtimeOf, withConfig } from './config-option.ts'
import { table } from './table.ts'

/** `portcullis ca …`: show, rotate. */
export function caCommand(): Command {
  return new Command('ca')
    .description('the own certificate authority, which issues the identities of launched agents')
    .addCommand(showCommand())
    .addCommand(rotateCommand())
}

interface ShowOptions extends ConfigOptions {
  readonly pem?: boolean
}

function showCommand(): Command {
  return withConfig(
    command({
      name: 'show',
      summary: 'the roots that count; the runtime must be running',
      examples: ['portcullis ca show', 'portcullis ca show --pem > portcullis-ca.pem'],
    }),
  )
    .option('--pem', 'the certificates alone, for those who are to trust them')
    .action((options: ShowOptions) =>
      answer(options.json, async () => {
        const roots = await runtimeOf(options).ca()
        if (options.pem !== true) return shown(roots)
        const text = roots.roots.map(({ certificate }) => `${certificate.trim()}\n`).join('')
        return { json: roots, text }
      }),
    )
}

interface RotateOptions extends ConfigOptions {
  readonly emergency?: boolean
}

function rotateCommand(): Command {
  return withConfig(
    command({
      name: 'rotate',
      summary: 'let another root follow: announced first, then both count for a while',
      examples: ['portcullis ca rotate', 'portcullis ca rotate --emergency'],
    }),
  )
    .option('--emergency', 'the root before counts no more at once, nor does any of its SVIDs')
    .action((options: RotateOptions) =>
      answer(options.json, async () => {
        const { emergency = false } = options
        return shown(await runtimeOf(options).rotateCa({ emergency }))
      }),
    )
}

function shown(roots: CaRoots) {
  const rows = roots.roots.map(({ generation, state, activates, retires, fingerprint }) => [
    String(generation),
    state,
    activates,
    retires ?? '-',
    fingerprint.slice(0, 16),
  ])
  const text = table([['ROOT', 'STATE', 'SIGNS FROM', 'COUNTS UNTIL', 'SHA-256'], ...rows])
  return { json: roots, text: `trust domain ${roots.trustDomain}\n\n${text}` }
}
