import type { Command } from 'commander'
import { systemClock } from '../app/system-ports.ts'
import { type VerifiedTool, verifySignatures } from '../app/tools/verify-signatures.ts'
import { visible } from '../kernel/text/visible.ts'
import { type Answer, answer, command, EXIT } from './command.ts'

interface Options {
  readonly domain: string
  readonly document?: string
  readonly revocations: readonly string[]
  readonly bundle: readonly string[]
  readonly bundleKey: readonly string[]
  readonly signatures?: string
  readonly fingerprint: readonly string[]
  readonly previous?: string
  readonly refuseExpired?: boolean
  readonly json?: boolean
}

/** `portcullis tools verify-signature` */
export function toolsVerifySignatureCommand(): Command {
  return command({
    name: 'verify-signature <file>',
    summary: 'verify the signatures of tools offline, as SchemaPin has it (exit 1 if one is wrong)',
    examples: [
      'portcullis tools verify-signature tools.json --document schemapin.json --domain example.com',
      'portcullis tools verify-signature tools.json --signatures signatures.json \\\n' +
        '      --bundle trust.json --domain example.com --json',
    ],
  })
    .requiredOption('--domain <name>', 'who is to have signed')
    .option('--document <file>', 'what is published at `/.well-known/schemapin.json` there')
    .option('--revocations <file...>', 'standalone revocation documents', [])
    .option('--bundle <file...>', 'trust bundles', [])
    .option('--bundle-key <sha256...>', 'fingerprints of the keys that may sign bundles', [])
    .option('--signatures <file>', 'signatures beside the tools, as `tools sign` writes them')
    .option('--fingerprint <sha256...>', 'the only keys that count', [])
    .option('--previous <file>', 'the tools as they were signed before: signatures must name those')
    .option('--refuse-expired', 'refuse a signature past its end')
    .action((file: string, options: Options) => answer(options.json, () => verify(file, options)))
}

async function verify(file: string, options: Options): Promise<Answer> {
  const { domain, document, signatures, revocations, previous } = options
  const tools = await verifySignatures(file, {
    ...{ domain, revocations, bundles: options.bundle, bundleKeys: options.bundleKey },
    ...{ keys: options.fingerprint, now: systemClock.now() },
    ...(document !== undefined && { document }),
    ...(signatures !== undefined && { signatures }),
    ...(previous !== undefined && { previous }),
    expired: options.refuseExpired ? 'refuse' : 'accept',
  })
  const ok = tools.every(
    ({ verification, lineage }) => verification.valid && lineage?.holds !== false,
  )
  const json = { ok, tools }
  return { json, text: tools.map(lineOf).join('\n'), exit: ok ? EXIT.ok : EXIT.failed }
}

function lineOf({ tool, verification, lineage }: VerifiedTool): string {
  const name = visible(tool)
  if (!verification.valid) {
    const { code, step, message } = verification
    return `${name}: ${code} at ${step}: ${visible(message)}`
  }
  if (lineage?.holds === false) return `${name}: it does not name the one before (${lineage.why})`
  const { domain, fingerprint, warnings, forms } = verification
  const warned = warnings.map((warning) =>
    warning === 'sdks_disagree'
      ? `sdks_disagree (signed as ${forms.join(', ')} writes it)`
      : warning,
  )
  const told = warned.length === 0 ? '' : `; ${warned.join('; ')}`
  return `${name}: signed by ${domain}, ${fingerprint}${told}`
}
