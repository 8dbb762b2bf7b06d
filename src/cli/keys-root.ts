import { Command, Option } from 'commander'
import { makeRoot } from '../app/keys/trust-commands.ts'
import type { RootAlgorithm } from '../kernel/trust/root-key.ts'
import { answer, command } from './command.ts'

const ALGORITHMS: Readonly<Record<string, RootAlgorithm>> = {
  ed25519: 'Ed25519',
  'ml-dsa-65': 'ML-DSA-65',
}

/** `portcullis keys root …`: create. */
export function rootCommand(): Command {
  return new Command('root')
    .description('root keys, which sign trust documents and are kept offline')
    .addCommand(createCommand())
    .addHelpText('after', '\nExample:\n  $ portcullis keys root create --out root.pem')
}

interface CreateOptions {
  readonly out: string
  readonly alg: string
  readonly json?: boolean
}

function createCommand(): Command {
  return command({
    name: 'create',
    summary: 'make a root key: a private file to keep offline, and a public one beside it',
    examples: ['portcullis keys root create --out /media/usb/root.pem'],
  })
    .requiredOption('--out <file>', 'where the private key goes; the public one is `<file>.pub`')
    .addOption(
      new Option('--alg <name>', 'ml-dsa-65 also holds against quantum computers')
        .choices(Object.keys(ALGORITHMS))
        .default('ed25519'),
    )
    .action(({ out, alg, json }: CreateOptions) =>
      answer(json, async () => {
        const root = await makeRoot(out, ALGORITHMS[alg] ?? 'Ed25519')
        const text = `written: ${out} (private: keep it offline), ${out}.pub\nroot ${root.id}`
        return { json: { file: out, public: `${out}.pub`, ...root }, text }
      }),
    )
}
