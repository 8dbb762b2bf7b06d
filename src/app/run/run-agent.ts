import type { CertificateClient } from '../../client/admin-client.ts'
import { codeOf, PortcullisError } from '../../kernel/errors.ts'
import { DEFAULT_TENANT } from '../../kernel/identity/tenant.ts'
import type { Log } from '../../pipeline/ports.ts'
import type { LaunchEnd, Launched, Tier } from '../../sandbox/launcher.ts'
import { checkPlatform, executableOf, holderOf } from '../../sandbox/linux-processes.ts'
import { systemAlarm, systemClock } from '../system-ports.ts'
import { type AgentEndpoint, openAgentEndpoint } from './agent-endpoint.ts'
import { LaunchedIdentity, type Proven } from './launched-identity.ts'
import { type MeasuredCode, measureCode } from './measure-code.ts'
import { StrangerReports } from './stranger-reports.ts'

export interface RunAgentOptions {
  readonly agent: string
  /** By default `default`. `admin` is that tenant's. */
  readonly tenant?: string
  readonly command: readonly string[]
  /** More files that belong to its code. */
  readonly code: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Whose process it becomes, where it is not the launcher's own. */
  readonly uid?: number
  readonly gid?: number
  readonly tier: Tier
  readonly admin: Pick<CertificateClient, 'issueSvid' | 'endSvid' | 'reportStrangers'>
  readonly log: Log
  /** Is handed what signals are passed on to. */
  readonly onLaunched?: (launched: Launched) => void
}

/**
 * Starts an agent that has an identity for as long as it runs, and keeps nothing that would outlive
 * it. The process is looked at before its program begins: what the runtime does not accept never
 * runs. Resolves when the agent has ended.
 * @throws PortcullisError `ATTESTATION_*`, `LAUNCH_*`, `IDENTITY_UNKNOWN`, `RUNTIME_NOT_RUNNING`.
 */
export async function runAgent(options: RunAgentOptions): Promise<LaunchEnd> {
  checkPlatform()
  const launch = new Launch(options)
  try {
    return await launch.run()
  } finally {
    await launch.end()
  }
}

/** One agent from its measurement to its end. */
class Launch {
  readonly #options: RunAgentOptions
  readonly #measured: MeasuredCode
  readonly #strangers: StrangerReports
  #launched: Launched | undefined
  #identity: LaunchedIdentity | undefined
  #endpoint: AgentEndpoint | undefined
  /** Whether the running program was seen to be the measured one. */
  #seen = false

  constructor(options: RunAgentOptions) {
    this.#options = options
    this.#measured = this.#measure()
    this.#strangers = new StrangerReports((count) => void this.#report(count), systemAlarm)
  }

  async run(): Promise<LaunchEnd> {
    const { tier, onLaunched } = this.#options
    this.#endpoint = await openAgentEndpoint({
      holderOf: (connection) =>
        this.#launched === undefined ? 'stranger' : holderOf(connection, this.#launched.process),
      onStranger: () => this.#strangers.note(),
      proven: () => this.#proven(),
      onRefused: () => this.#identity?.doubt(),
    })
    this.#launched = await tier.launch(this.#plan(this.#endpoint.url))
    this.#identity = await this.#attest(this.#launched)
    this.#launched.begin()
    onLaunched?.(this.#launched)
    return await this.#launched.ended
  }

  /** Whatever came of it: nobody speaks as the agent any more. */
  async end(): Promise<void> {
    await this.#endpoint?.close()
    this.#launched?.end('SIGKILL')
    this.#strangers.flush()
    await this.#identity?.end()
    this.#identity = undefined
  }

  #measure(): MeasuredCode {
    const { command, code, env } = this.#options
    return measureCode(command, { more: code, env })
  }

  #plan(url: string) {
    const { agent, tenant, command, env, uid, gid } = this.#options
    return {
      file: this.#measured.file,
      args: command.slice(1),
      env: {
        ...env,
        PORTCULLIS_URL: url,
        PORTCULLIS_MCP_URL: `${url}/mcp`,
        PORTCULLIS_AGENT: agent,
        ...(tenant !== undefined && { PORTCULLIS_TENANT: tenant }),
      },
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    }
  }

  #attest({ process }: Launched): Promise<LaunchedIdentity> {
    const { admin, agent, tenant = DEFAULT_TENANT, log } = this.#options
    return LaunchedIdentity.open({
      ...{ admin, agent, tenant, log, process, digest: this.#measured.digest },
      ...{ clock: systemClock, alarm: systemAlarm },
    })
  }

  #proven(): Proven | undefined {
    if (this.#identity === undefined || this.#launched === undefined) return undefined
    try {
      if (!this.#seen) this.#check(this.#launched)
      this.#seen = true
      return this.#identity.proven
    } catch (error) {
      this.#options.log.error('attestation.broken', { code: codeOf(error) })
      this.#launched.end('SIGKILL')
      return undefined
    }
  }

  /** Between the measurement and its start the program could have been exchanged. */
  #check({ process: { pid } }: Launched): void {
    const running = executableOf(pid)
    const { files, digest } = this.#measured
    if (running !== undefined && files.includes(running) && this.#measure().digest === digest)
      return
    throw new PortcullisError('ATTESTATION_REFUSED', 'what runs is not what was measured')
  }

  async #report(count: number): Promise<void> {
    const { log, admin } = this.#options
    const serial = this.#identity?.serial
    log.warn('launch.stranger_refused', { count })
    if (serial === undefined) return
    await admin.reportStrangers(serial, { count }).catch((error: unknown) => {
      log.warn('launch.unreported', { code: codeOf(error) })
    })
  }
}
