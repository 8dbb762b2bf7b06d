import { type Command, Option } from 'commander'
import { verifyBundleAt, writeBundle } from '../app/bundle/bundle-files.ts'
import { makeBundle } from '../app/bundle/make-bundle.ts'
import { findLedger, type PlaceOptions, readVerifierKey } from '../app/ledger-files.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { answer, command } from './command.ts'
import { DEFAULT_CONFIG_FILE, runtimeOf } from './config-option.ts'
import { parseSince } from './since-option.ts'

interface BundleOptions extends PlaceOptions {
  readonly out: string
  readonly run?: string
  readonly since?: number
  readonly until?: number
  readonly subject?: string
  readonly withPayloads?: boolean
  readonly json?: boolean
}

/** `portcullis ledger bundle`. */
export function bundleCommand(): Command {
  return command({
    name: 'bundle',
    summary: 'receipts with their proofs and a timeline, to hand on for an investigation',
    examples: [
      'portcullis ledger bundle --run r1 --out evidence.tar',
      'portcullis ledger bundle --since 2026-11-01 --until 2026-11-03 --out evidence',
    ],
  })
    .requiredOption('--out <path>', 'a new directory, or a file that ends in .tar')
    .option('--run <run>', 'receipts of this run')
    .option('--since <time>', 'from this time or age on', parseSince)
    .option('--until <time>', 'to this time or age', parseSince)
    .option('--subject <subject>', 'that name this subject: data:4711, or its pseudonym')
    .addOption(new Option('--with-payloads', 'with what was kept; each leaves a receipt'))
    .option('--ledger <path>', 'the ledger: its file or its data directory')
    .option('--data <dir>', 'the data directory')
    .option('--config <file>', 'the configuration that names the data directory')
    .action((options: BundleOptions) => answer(options.json, () => bundle(options)))
}

async function bundle(options: BundleOptions) {
  const { out, run, since, until, subject, withPayloads } = options
  const place = findLedger(options)
  const runtime = () => runtimeOf({ config: options.config ?? DEFAULT_CONFIG_FILE })
  const selection = {
    ...(run !== undefined && { run }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(subject !== undefined && { subject: await pseudonymOf(subject, runtime) }),
  }
  const files = await makeBundle({
    ...{ place, selection, now: Date.now() },
    ...(withPayloads && { open: (receipt: string) => runtime().showPayloads(receipt) }),
  })
  writeBundle(out, files)
  // What is handed on is what was read again and verified.
  const { manifest } = verifyBundleAt(out, readVerifierKey(place))
  const { receipts, payloads } = manifest
  const text = `${receipts} receipts and ${payloads} payloads in ${out}`
  return { json: { out, receipts, payloads, selection }, text }
}

const PSEUDONYM = /^[0-9a-f]{32}$/

async function pseudonymOf(
  subject: string,
  runtime: () => ReturnType<typeof runtimeOf>,
): Promise<string> {
  if (PSEUDONYM.test(subject)) return subject
  const { pseudonym } = await runtime().findSubject(subject)
  if (pseudonym !== undefined) return pseudonym
  const message = `\`${subject}\` has no key: once erased, only its pseudonym finds it`
  throw new PortcullisError('SUBJECT_INVALID', message)
}
