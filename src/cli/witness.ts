import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { streamLog } from '../app/log.ts'
import { systemClock } from '../app/system-ports.ts'
import type { RunningWitness } from '../app/witness.ts'
import { PortcullisError } from '../kernel/errors.ts'
import { jsonLine } from '../kernel/json/json-line.ts'
import { command, EXIT, printError } from './command.ts'

interface Options {
  readonly listen: { readonly host: string; readonly port: number }
  readonly state: string
  readonly key: string
  readonly name?: string
  readonly log: readonly string[]
  readonly policy?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly clientCa?: string
  readonly json?: boolean
}

/** `portcullis witness` */
export function witnessCommand(): Command {
  return command({
    name: 'witness',
    summary: 'cosign the heads of other hosts’ ledgers, and no fork of one; SIGTERM ends it',
    examples: [
      'portcullis witness --name example.com/witness --key witness.pem --state witness.db \\\n' +
        '      --log "$(cat ledger.vkey)"',
    ],
  })
    .option('--listen <host:port>', 'where to answer', addressOf, addressOf('127.0.0.1:7071'))
    .requiredOption('--state <file>', 'what it remembers; made with the key')
    .requiredOption('--key <file>', 'its private keys; made at the first start, mode 0600')
    .option('--name <name>', 'its name on its cosignatures, for the first start')
    .option('--log <vkey...>', 'public key of a log to watch', [])
    .option('--policy <file>', 'a `tlog-policy` whose logs to watch')
    .option('--tls-cert <file>', 'answer over TLS 1.3 with this certificate, in PEM')
    .option('--tls-key <file>', 'its private key')
    .option('--client-ca <file>', 'serve only those who show a certificate of this authority')
    .action(witness)
}

async function witness(options: Options): Promise<void> {
  const { listen, state, key: keyFile, name, log: logs, policy: policyFile, json } = options
  const log = streamLog(process.stderr, systemClock)
  const asked = stopSignal()
  try {
    const { startWitness } = await import('../app/witness.ts')
    const running = await startWitness({
      ...{ ...listen, state, keyFile, name, logs, policyFile, log },
      ...tlsOf(options),
    })
    process.stdout.write(json ? jsonLine(factsOf(running)) : textOf(running))
    await asked
    await running.close()
  } catch (error) {
    printError(error, json)
    process.exitCode = EXIT.usage
  }
}

function tlsOf({ tlsCert: cert, tlsKey: key, clientCa }: Options) {
  if (cert === undefined && key === undefined && clientCa === undefined) return {}
  if (cert === undefined || key === undefined) {
    throw new PortcullisError('REQUEST_INVALID', 'TLS needs `--tls-cert` and `--tls-key`')
  }
  return { tls: { cert, key, ...(clientCa !== undefined && { clientCa }) } }
}

function factsOf({ address, name, vkeys, origins }: RunningWitness) {
  return { address, pid: process.pid, name, vkeys: [...vkeys], origins: [...origins] }
}

function textOf({ address, name, vkeys, origins }: RunningWitness): string {
  const lines = [
    `Witness ${name} answers on ${address}, for ${origins.join(', ')}`,
    ...vkeys.map((vkey) => `  ${vkey}`),
  ]
  return `${lines.join('\n')}\n`
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve)
  })
}

function addressOf(text: string): Options['listen'] {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('HOST:PORT')
  return { host, port: Number(port) }
}
