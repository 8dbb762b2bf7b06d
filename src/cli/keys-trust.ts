import { Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../app/config/duration.ts'
import { readTrustHistory } from '../app/keys/open-key-desk.ts'
import { judgeTrust, rootIn, signTrust, withSigners } from '../app/keys/trust-commands.ts'
import { readTextFile, writeWhole } from '../app/text-files.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { parseTrustFile } from '../kernel/trust/trust-file.ts'
import { type Answer, answer, command, EXIT } from './command.ts'
import { type ConfigOptions, inspectedConfig, withConfig } from './config-option.ts'
import { withKeys } from './key-access.ts'
import { documentText, shown, signedText } from './key-text.ts'

/** `portcullis keys trust …`: draft, sign, publish, show, verify. */
export function trustCommand(): Command {
  return new Command('trust')
    .description('trust documents, which say to verifiers which keys count')
    .addCommand(draftCommand())
    .addCommand(signCommand())
    .addCommand(publishCommand())
    .addCommand(showCommand())
    .addCommand(verifyCommand())
    .addHelpText('after', '\nExample:\n  $ portcullis keys trust show')
}

const collect = (file: string, files: readonly string[] = []) => [...files, file]

interface DraftOptions extends ConfigOptions {
  readonly out: string
  readonly root?: readonly string[]
  readonly threshold?: number
  readonly expires?: number
  readonly witnesses?: string
}

function draftCommand(): Command {
  return withConfig(
    command({
      name: 'draft',
      summary: 'write the next trust document, for roots to sign',
      examples: [
        'portcullis keys trust draft --out trust.json',
        'portcullis keys trust draft --root a.pub --root b.pub --threshold 2 --out trust.json',
      ],
    }),
  )
    .requiredOption('--out <file>', 'where it goes')
    .option('--root <file>', 'a root that counts from now on, instead of those before', collect)
    .option('--threshold <count>', 'how many of the roots have to sign', parseThreshold)
    .option('--expires <duration>', 'how long it is good: `365d`', parseLife)
    .option('--witnesses <file>', 'the witness policy (tlog-policy) to name in it')
    .action((options: DraftOptions) =>
      answer(options.json, async () => {
        const { root, threshold, expires: lifeMs, witnesses, out } = options
        const request = {
          ...(root && { roots: await Promise.all(root.map(rootIn)) }),
          ...(threshold !== undefined && { threshold }),
          ...(lifeMs !== undefined && { lifeMs }),
          ...(witnesses !== undefined && { witnesses: readTextFile(witnesses) }),
        }
        const { file } = await withKeys(options, (keys) => keys.draftTrust(request))
        writeWhole(out, file)
        const { document } = parseTrustFile(file)
        const next = `portcullis keys trust sign ${out} --root FILE`
        const text = `written to ${out}: version ${document.version}\nnext: ${next}`
        return { json: { file: out, version: document.version }, text }
      }),
    )
}

function parseThreshold(text: string): number {
  if (/^[1-9][0-9]?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a count from 1')
}

function parseLife(text: string): number {
  const life = parseDuration(text)
  if (life !== undefined && life > 0) return life
  throw new InvalidArgumentError('a duration such as `365d`')
}

interface SignOptions {
  readonly root: string
  readonly out?: string
  readonly json?: boolean
}

function signCommand(): Command {
  return command({
    name: 'sign <file>',
    summary: 'add the signature of a root to a trust document; needs no runtime and no network',
    examples: ['portcullis keys trust sign trust.json --root /media/usb/root.pem'],
  })
    .requiredOption('--root <file>', 'the private root key')
    .option('--out <file>', 'write it there instead of in place')
    .action((file: string, { root, out, json }: SignOptions) =>
      answer(json, async () => {
        const signed = await signTrust(file, root, out)
        const { document, signers } = signed
        const { threshold } = document.roots
        return {
          json: { file: out ?? file, version: document.version, signers, threshold },
          text: signedText(signed),
        }
      }),
    )
}

function publishCommand(): Command {
  return withConfig(
    command({
      name: 'publish <file>',
      summary: 'put a signed trust document in force; leaves a receipt',
      examples: ['portcullis keys trust publish trust.json'],
    }),
  ).action((file: string, options: ConfigOptions) =>
    answer(options.json, async () => {
      const text = readTextFile(file)
      return shown(await withKeys(options, (keys) => keys.publishTrust({ file: text })))
    }),
  )
}

function showCommand(): Command {
  return withConfig(
    command({
      name: 'show [file]',
      summary: 'what a trust document says: the published one, or that in a file',
      examples: ['portcullis keys trust show', 'portcullis keys trust show trust.json --json'],
    }),
  ).action((file: string | undefined, options: ConfigOptions) =>
    answer(options.json, async () => {
      const text = file === undefined ? await published(options) : readTextFile(file)
      const trust = withSigners(parseTrustFile(text))
      const { document, digest, signers } = trust
      return { json: { document, digest, signers }, text: documentText(trust) }
    }),
  )
}

async function published(options: ConfigOptions): Promise<string> {
  const last = (await readTrustHistory(inspectedConfig(options))).at(-1)
  if (last !== undefined) return last
  throw new PortcullisError('TRUST_MISSING', 'no trust document is published')
}

interface VerifyOptions extends ConfigOptions {
  readonly root?: readonly string[]
  readonly head?: string
}

function verifyCommand(): Command {
  return withConfig(
    command({
      name: 'verify [files...]',
      summary: 'check a history of trust documents, oldest first (exit 1 if it does not hold)',
      examples: [
        'portcullis keys trust verify',
        'portcullis keys trust verify 1.json 2.json --root 095b1871… --head ledger.head',
      ],
    }),
  )
    .option(
      '--root <id>',
      'a root that is known from elsewhere: only these count at first',
      collect,
    )
    .option('--head <file>', 'also judge this signed checkpoint')
    .action((files: readonly string[], options: VerifyOptions) =>
      answer(options.json, async () => verdict(files, options)),
    )
}

async function verdict(files: readonly string[], options: VerifyOptions): Promise<Answer> {
  const own = files.length === 0
  const history = own ? await readTrustHistory(inspectedConfig(options)) : files.map(readTextFile)
  const head = options.head === undefined ? undefined : readTextFile(options.head)
  try {
    const { root: roots } = options
    const judged = judgeTrust({ history, roots, head, now: Date.now() })
    const { version, expires } = judged.document
    const by = judged.head?.key === undefined ? '' : ` by the key ${judged.head.key}`
    const about = judged.head && `\nHOLDS: size ${judged.head.size} of ${judged.head.origin}${by}`
    return {
      json: { ok: true, version, expires, ...(judged.head && { head: judged.head }), problems: [] },
      text: `HOLDS: version ${version}, good until ${expires}${about ?? ''}`,
    }
  } catch (error) {
    if (!(error instanceof PortcullisError)) throw error
    const { code, message } = error
    const json = { ok: false, problems: [{ code, message }] }
    return { json, text: `DOES NOT HOLD\n  ${code}: ${message}`, exit: EXIT.failed }
  }
}
