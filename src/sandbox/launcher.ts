import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { PortcullisError } from '../kernel/errors.ts'
import { type ProcessId, processNow } from './linux-processes.ts'

/** What is to be started. */
export interface LaunchPlan {
  /** Absolute path of the program. */
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whose process it becomes, where it is not the launcher's own; only root may choose. */
  readonly uid?: number
  readonly gid?: number
}

/** A process that was started and runs nothing of its own yet. */
export interface Launched {
  readonly process: ProcessId & { readonly uid: number }
  /** Lets it become its program. The process stays the same one. */
  begin(): void
  /** It never becomes its program, or ends. */
  end(signal: NodeJS.Signals): void
  /** Resolves when it has ended, by code or signal. */
  readonly ended: Promise<LaunchEnd>
}

export interface LaunchEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * How a process is started and confined. Tiers differ in what they let it reach; all of them hold
 * it back until `begin`, so that it can be looked at before a byte of its code has run.
 */
export interface Tier {
  readonly name: string
  launch(plan: LaunchPlan): Promise<Launched>
}

/** Waits for a line, then becomes the program: number and start time of the process stay. */
const GATE = 'read -r _ <&3 || exit 126; exec 3<&-; exec "$0" "$@"'

/** No confinement: a child as any other, of the same user unless another is named. */
export const DIRECT_TIER: Tier = {
  name: 'direct',
  async launch({ file, args, env, uid, gid }) {
    const child = spawn('/bin/sh', ['-c', GATE, file, ...args], {
      env: { ...env },
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    })
    const ended = endOf(child)
    await once(child, 'spawn').catch((cause: unknown) => {
      throw new PortcullisError('LAUNCH_FAILED', `\`${file}\` cannot be started`, { cause })
    })
    const started = child.pid === undefined ? undefined : processNow(child.pid)
    if (started === undefined) {
      throw new PortcullisError('LAUNCH_FAILED', `\`${file}\` ended before it began`)
    }
    const gate = child.stdio[3] as Writable
    // Whoever ended before it could read is told of by `ended`.
    gate.on('error', () => undefined)
    return {
      process: started,
      begin: () => gate.end('\n'),
      end(signal) {
        gate.destroy()
        child.kill(signal)
      },
      ended,
    }
  },
}

function endOf(child: ChildProcess): Promise<LaunchEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })
}
