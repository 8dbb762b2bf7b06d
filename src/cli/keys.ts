import { Command } from 'commander'
import { readTextFile } from '../app/text-files.ts'
import { answer, command } from './command.ts'
import { type ConfigOptions, withConfig } from './config-option.ts'
import { listKeys, withKeys } from './key-access.ts'
import { shown } from './key-text.ts'
import { rootCommand } from './keys-root.ts'
import { trustCommand } from './keys-trust.ts'

/** `portcullis keys …`: list, rotate, retire, compromised, root, trust. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('rotate the keys of the ledger, and say which of them to trust')
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(retireCommand())
    .addCommand(compromisedCommand())
    .addCommand(rootCommand())
    .addCommand(trustCommand())
}

function listCommand(): Command {
  return withConfig(
    command({
      name: 'list',
      summary: 'the keys that sign checkpoints, and how the trust document stands',
      examples: ['portcullis keys list', 'portcullis keys list --json'],
    }),
  ).action((options: ConfigOptions) =>
    answer(options.json, async () => shown(await listKeys(options))),
  )
}

interface RotateOptions extends ConfigOptions {
  readonly emergency?: boolean
}

function rotateCommand(): Command {
  return withConfig(
    command({
      name: 'rotate',
      summary: 'let new keys take over, Ed25519 and ML-DSA-44; the old sign until they retire',
      examples: ['portcullis keys rotate', 'portcullis keys rotate --emergency'],
    }),
  )
    .option('--emergency', 'retire the old key at once: verifiers need the next trust document')
    .action((options: RotateOptions) =>
      answer(options.json, async () => {
        const { emergency = false } = options
        return shown(await withKeys(options, (keys) => keys.rotateKey({ emergency })))
      }),
    )
}

interface RetireOptions extends ConfigOptions {
  readonly now?: boolean
}

function retireCommand(): Command {
  return withConfig(
    command({
      name: 'retire',
      summary: 'end the retiring key, and destroy its private half',
      examples: ['portcullis keys retire'],
    }),
  )
    .option('--now', 'although verifiers may not know the new key yet')
    .action((options: RetireOptions) =>
      answer(options.json, async () => {
        const { now = false } = options
        return shown(await withKeys(options, (keys) => keys.retireKey({ now })))
      }),
    )
}

interface CompromisedOptions extends ConfigOptions {
  readonly bound?: string
}

function compromisedCommand(): Command {
  return withConfig(
    command({
      name: 'compromised <id>',
      summary: 'say that somebody else has a key: it counts up to a head that is known to be true',
      examples: [
        'portcullis keys compromised 1c9d7a42',
        'portcullis keys compromised 1c9d7a42 --bound ledger.head',
      ],
    }),
  )
    .option(
      '--bound <file>',
      'a checkpoint from before (default: the last that the key signed here)',
    )
    .action((id: string, options: CompromisedOptions) =>
      answer(options.json, async () => {
        const bound = options.bound === undefined ? {} : { bound: readTextFile(options.bound) }
        return shown(await withKeys(options, (keys) => keys.compromiseKey(id, bound)))
      }),
    )
}
