import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { chatterReader } from './chatter-reader.ts'
import { lineReader } from './line-reader.ts'
import { MESSAGE_LIMIT_BYTES, STOPPING_WAIT_MS, type StdioOptions } from './options.ts'

// A server never outlives the runtime by its own innocence: `stop` ends its whole process group, so
// does the end of its first process, and so does the runtime when it exits by itself. Killed with
// SIGKILL the runtime can do nothing, but its end closes the server's standard input, after which
// MCP has the server exit (2025-11-25, lifecycle, shutdown); one that doesn't, stays behind.

/** Variables of the runtime's own environment that a server's process gets. */
const INHERITED = ['PATH', 'HOME', 'LANG']

export interface ServerProcess {
  readonly stdin: Writable
  /** Reads nothing that the process writes for a while. */
  rest(waitMs: number): void
  /** Kills the group at once. */
  kill(): void
  /** Asks the group to end, kills it if need be. Resolves when the process has ended. */
  stop(): Promise<void>
}

export interface ProcessEvents {
  /** The process wrote a line to its standard output. */
  wrote(line: Buffer): void
  /** What it wrote is longer than a message may be. Nothing after it is of use. */
  overflowed(): void
  /** The process wrote a line to its standard error. */
  said(line: string): void
  /** The process is gone, or never was. Called once, after the last line. */
  ended(reason: string): void
}

/** As `startProcess`, which may have happened before. */
export type StartProcess = (options: StdioOptions, events: ProcessEvents) => ServerProcess

/** Starts a server in its own process group, with nothing of our environment but `INHERITED`. */
export function startProcess(
  { command, args, env, cwd }: StdioOptions,
  events: ProcessEvents,
): ServerProcess {
  const inherited = INHERITED.map((name) => [name, process.env[name]])
  const child = spawn(command, [...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: 'pipe',
    detached: true,
  })
  const read = lineReader({ limitBytes: MESSAGE_LIMIT_BYTES, onLine: events.wrote })
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      child.stdout.destroy()
      events.overflowed()
    }
  })
  child.stderr.on('data', chatterReader(events.said))
  // A write to a process that has just ended: `close` tells of the end.
  child.stdin.on('error', () => undefined)
  tellEnd(child, events)
  endWithRuntime(child)
  return {
    stdin: child.stdin,
    rest: (waitMs) => restFor(child.stdout, waitMs),
    kill: () => signalGroup(child, 'SIGKILL'),
    stop: () => stop(child),
  }
}

function restFor(stream: Readable, waitMs: number): void {
  if (stream.isPaused()) return
  stream.pause()
  setTimeout(() => stream.resume(), waitMs)
}

/** Only after the last line: an answer just before the end still counts. */
function tellEnd(child: ChildProcess, { ended }: ProcessEvents): void {
  let fault: string | undefined
  child.on('error', (error: NodeJS.ErrnoException) => {
    fault = `it could not be started: ${error.code ?? error.message}`
  })
  let release: NodeJS.Timeout | undefined
  child.on('exit', () => {
    signalGroup(child, 'SIGKILL')
    // Whoever left the group may hold the streams open: that must not pass for a living server.
    release = setTimeout(() => {
      for (const stream of child.stdio) stream?.destroy()
    }, STOPPING_WAIT_MS)
  })
  child.on('close', (code, signal) => {
    clearTimeout(release)
    ended(fault ?? `it ended with ${signal ?? code}`)
  })
}

async function stop(child: ChildProcess): Promise<void> {
  child.stdin?.end()
  signalGroup(child, 'SIGTERM')
  if (await endsWithin(child, STOPPING_WAIT_MS)) return
  signalGroup(child, 'SIGKILL')
  await endsWithin(child, STOPPING_WAIT_MS)
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

function endsWithin(child: ChildProcess, waitMs: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const ended = () => {
      clearTimeout(timer)
      resolve(true)
    }
    const timer = setTimeout(() => {
      child.off('exit', ended)
      resolve(false)
    }, waitMs)
    child.once('exit', ended)
  })
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // ESRCH: the whole group is gone. EPERM: what is left of it runs as another user, out of reach.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

const running = new Set<ChildProcess>()

function killAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL')
}

function endWithRuntime(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (running.size === 0) process.on('exit', killAll)
  running.add(child)
  child.on('exit', () => {
    running.delete(child)
    if (running.size === 0) process.off('exit', killAll)
  })
}
