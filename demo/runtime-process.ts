import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { killed } from './agent-process.ts'

const LAUNCHER = fileURLToPath(new URL('../bin/portcullis.js', import.meta.url))
const run = promisify(execFile)

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** The runtime as operators start it: its own process, spoken to by its own command line. */
export interface Runtime {
  readonly address: string
  readonly pid: number
  /** SIGKILL, as a crash would be. */
  kill(): Promise<void>
  /** SIGTERM, as an operator would. */
  stop(): Promise<void>
}

/** `portcullis …` in a folder. Never rejects: a command that fails is a result. */
export async function portcullis(folder: string, args: readonly string[]): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await run(process.execPath, [LAUNCHER, ...args], { cwd: folder })
    return { exit: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { exit: code, stdout, stderr }
  }
}

/** `portcullis up`, of this checkout unless told; ready when it says where it listens. */
export async function startRuntime(
  folder: string,
  env: Record<string, string>,
  launcher = LAUNCHER,
): Promise<Runtime> {
  const child = spawn(process.execPath, [launcher, 'up', '--json'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { address, pid } = JSON.parse(await firstLine(child)) as { address: string; pid: number }
  return {
    address,
    pid,
    kill: () => killed(child),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout || !child.stderr) throw new Error('the runtime has no output')
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-4000)
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`the runtime stopped: ${complaint}`))),
  ])
  return line as string
}
