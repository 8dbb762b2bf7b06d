import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type TargetVerdict,
  type VerifyOptions,
  verifyTarget,
} from '../app/verify/verify-target.ts'
import { HYBRID_POLICIES } from '../kernel/tlog/hybrid.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { endProgress, showProgress } from './progress-line.ts'
import { verifiedJson, verifiedText } from './verify-text.ts'

interface Options extends Omit<VerifyOptions, 'tls'> {
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly pin: readonly string[]
  readonly json?: boolean
}

/** `portcullis verify` */
export function verifyCommand(): Command {
  return command({
    name: 'verify <target>',
    summary: 'check receipts, bundles, a log as tiles, here or remote, a ledger (exit 1 if wrong)',
    examples: [
      'portcullis verify receipt.json --key ledger.vkey',
      'portcullis verify receipts/ --trust trust.json --root root.pub --witnesses witnesses.policy',
      'portcullis verify case-7.tar --key ledger.vkey',
      'portcullis verify https://gate.example.com/log --key ledger.vkey --remember heads',
      'portcullis verify https://gate.example.com/log --key ledger.vkey --receipt receipt.json',
      'portcullis ledger export 42 | portcullis verify - --key ledger.vkey',
    ],
  })
    .addOption(
      new Option('--key <file>', 'the public keys of the log, a vkey a line').conflicts('trust'),
    )
    .option('--trust <file>', 'a trust document: which keys count, and up to which size')
    .option('--root <file...>', 'root keys in PEM that have to have signed it (default: its own)')
    .addOption(
      new Option('--pq <policy>', 'signatures asked of the log: Ed25519, ML-DSA-44').choices(
        HYBRID_POLICIES,
      ),
    )
    .option('--witnesses <file>', 'a `tlog-policy` whose quorum has to have cosigned')
    .option('--remember <file>', 'compare with the heads in this file, then keep the new one')
    .option('--receipt <file>', 'find this exported receipt in the log, instead of all of it')
    .option('--tls-ca <file>', 'whose certificates count at an address, in PEM')
    .option('--tls-cert <file>', 'client certificate for an address, in PEM')
    .option('--tls-key <file>', 'its private key')
    .option('--pin <pin...>', 'public keys for an address, `sha256:…` of an SPKI', [])
    .option('--pruned-below <index>', 'entries below may be gone: what retention took out', indexOf)
    .action((target: string, options: Options) =>
      answer(options.json, async () => verify(target, options)),
    )
}

async function verify(target: string, options: Options): Promise<Answer> {
  const { tlsCa: ca, tlsCert: cert, tlsKey: key, pin: pins } = options
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), pins }
  const onProgress = (done: number, of: number) => showProgress('verified', done, of)
  try {
    const verdict: TargetVerdict = await verifyTarget(target, { ...options, tls, onProgress })
    const exit = verdict.ok ? EXIT.ok : EXIT.failed
    return { json: verifiedJson(verdict), text: verifiedText(target, verdict), exit }
  } finally {
    endProgress()
  }
}

function indexOf(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a count from 0')
}
