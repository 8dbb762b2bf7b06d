import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/portcullis.js', import.meta.url))

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** The Node that runs the launcher. */
  readonly node?: string
}

/** What a command printed and how it ended: its exit code, or the signal that ended it. */
export interface Ended {
  readonly exit: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that is running. */
export interface Running {
  readonly child: ChildProcess
  /** The next line of standard output; rejects with what it complained of when it ends before. */
  line(): Promise<string>
  readonly ended: Promise<Ended>
}

/** Runs `portcullis …` to its end. */
export async function runPortcullis(args: readonly string[], options: RunOptions = {}) {
  return collect(spawnPortcullis(args, options))
}

/** Starts `portcullis …`; what is left of it when the test ends is killed. */
export function startPortcullis(
  t: TestContext,
  args: readonly string[],
  options: RunOptions = {},
): Running {
  const child = spawnPortcullis(args, options)
  const ended = collect(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    ended,
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`it ended: ${(await ended).stderr}`)
      return value
    },
  }
}

function spawnPortcullis(args: readonly string[], { cwd, env, node }: RunOptions) {
  // Nothing of the machine's own settings reaches the command.
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  return spawn(node ?? process.execPath, [LAUNCHER, ...args], {
    ...(cwd && { cwd }),
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function collect(child: ReturnType<typeof spawnPortcullis>): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [code, signal] = await once(child, 'close')
  return { exit: signal ?? code, stdout, stderr }
}
