import { type Command, Option } from 'commander'
import { systemClock } from '../app/system-ports.ts'
import { signTools } from '../app/tools/sign-tools.ts'
import { FORMS, type Form } from '../kernel/tools/schemapin/canonical-form.ts'
import { type Answer, answer, command } from './command.ts'
import { durationMs } from './duration-option.ts'

interface Options {
  readonly key: string
  readonly domain: string
  readonly developer: string
  readonly expires?: number
  readonly schemaVersion?: string
  readonly previous?: string
  readonly form?: Form
  readonly json?: boolean
}

/** `portcullis tools sign` */
export function toolsSignCommand(): Command {
  return command({
    name: 'sign <file>',
    summary: 'sign the tools of one’s own server, as SchemaPin has it',
    examples: [
      'portcullis tools sign tools.json --key signing.pem --domain example.com --developer Example',
      'portcullis tools sign tools.json --key signing.pem --domain example.com \\\n' +
        '      --developer Example --expires 90d --json > signed.json',
    ],
  })
    .requiredOption('--key <file>', 'the private ECDSA P-256 key in PEM, mode 0600')
    .requiredOption('--domain <name>', 'where the public key is published')
    .requiredOption('--developer <name>', 'whom the `.well-known` document names')
    .option('--expires <duration>', 'how long the signatures are good', durationMs)
    .option('--schema-version <version>', 'a version of the tools, for their users')
    .option('--previous <file>', 'the tools as they were signed before: signatures name those')
    .addOption(
      new Option('--form <sdk>', 'sign what this SDK writes where the SDKs disagree').choices(
        FORMS,
      ),
    )
    .action((file: string, options: Options) => answer(options.json, () => sign(file, options)))
}

async function sign(file: string, { expires, ...options }: Options): Promise<Answer> {
  const now = systemClock.now()
  const signed = await signTools(file, {
    ...options,
    signedAt: new Date(now),
    ...(expires !== undefined && { expiresAt: new Date(now + expires) }),
  })
  const { tools, document, fingerprint } = signed
  const lines = Object.entries(tools).map(([name, { signature }]) => `${name}: ${signature}`)
  const text = [
    ...lines,
    '',
    `key ${fingerprint}; publish at https://${options.domain}/.well-known/schemapin.json:`,
    JSON.stringify(document, null, 2),
  ]
  return { json: signed, text: text.join('\n') }
}
