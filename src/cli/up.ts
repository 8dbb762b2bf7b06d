import type { Command } from 'commander'
import { loadConfig } from '../app/config.ts'
import { type Log, streamLog } from '../app/log.ts'
import type { Runtime } from '../app/main.ts'
import { systemClock } from '../app/system-ports.ts'
import { codeOf } from '../kernel/errors.ts'
import { jsonLine } from '../kernel/json/json-line.ts'
import { command, EXIT, printError } from './command.ts'
import { type ConfigOptions, withConfig } from './config-option.ts'
import { boundHeap, startWithSmallHeap } from './heap-bounds.ts'

/** How long an orderly end may take, in milliseconds. After it the process ends as it is. */
export const STOPPING_WAIT_MS = 15_000

/** `portcullis up` */
export function upCommand(): Command {
  return withConfig(
    command({
      name: 'up',
      summary:
        'start the runtime; SIGHUP reads policies and servers again, SIGINT or SIGTERM ends it',
      examples: ['portcullis up', 'PORTCULLIS_LISTEN_MCP_PORT=0 portcullis up --json'],
    }),
  ).action(up)
}

async function up({ config: file, json }: ConfigOptions): Promise<void> {
  startWithSmallHeap()
  const log = streamLog(process.stderr, systemClock)
  const asked = stopSignal()
  try {
    const config = loadConfig(file, process.env)
    for (const warning of config.warnings) log.warn('config.warning', { warning })
    const { startRuntime } = await import('../app/main.ts')
    const runtime = await startRuntime(config, { log })
    process.on('SIGHUP', () => {
      reload(runtime, log)
      void reloadServers(runtime, log)
    })
    await announce(runtime, json)
    boundHeap()
    log.info('runtime.stopping', { signal: await asked })
    giveUpAfter(STOPPING_WAIT_MS, log)
    await runtime.close()
  } catch (error) {
    printError(error, json)
    process.exitCode = EXIT.usage
  }
}

/** The signal that ends the runtime. More of them change nothing: a launcher may double one. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve)
  })
}

async function announce(
  { address, operations }: Runtime,
  json: boolean | undefined,
): Promise<void> {
  const { policy } = await operations.status()
  const facts = { address, pid: process.pid, policyVersion: policy.version }
  const text = [
    `Portcullis listens on ${address}/mcp, under policy ${policy.version}`,
    '  portcullis watch              decisions as they happen',
    '  portcullis agent token NAME   a credential for an agent',
    '',
  ]
  process.stdout.write(json ? jsonLine(facts) : text.join('\n'))
}

function reload({ operations }: Runtime, log: Log): void {
  operations.reloadPolicies().then(
    ({ version, changed }) => log.info('policy.reloaded', { version, changed }),
    (error: Error) => log.error('policy.kept', { code: codeOf(error), reason: error.message }),
  )
}

/** A configuration with a mistake changes nothing. */
async function reloadServers(runtime: Runtime, log: Log): Promise<void> {
  try {
    await runtime.reloadServers()
  } catch (error) {
    log.error('servers.kept', { code: codeOf(error), reason: (error as Error).message })
  }
}

function giveUpAfter(waitMs: number, log: Log): void {
  const timer = setTimeout(() => {
    log.error('runtime.stuck', { waitMs })
    process.exit(EXIT.failed)
  }, waitMs)
  timer.unref()
}
