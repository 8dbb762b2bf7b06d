import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AgentSettings } from './agent.ts'
import { type AgentProcess, killed, startAgent } from './agent-process.ts'
import { type Stage, setStage } from './stage.ts'

/** Who plays: the stage, two agents, and an operator who watches. */
export interface Cast {
  readonly stage: Stage
  readonly sales: AgentProcess
  readonly salesSettings: AgentSettings
  readonly research: AgentProcess
  readonly researchSettings: AgentSettings
  watch: Watch
}

export type WatchEvent = Readonly<Record<string, string | number>>

/** `portcullis watch --json`, running beside. */
export interface Watch {
  /** The next `count` events that match. */
  next(matches: (event: WatchEvent) => boolean, count?: number): Promise<readonly WatchEvent[]>
  close(): Promise<void>
}

export async function gather(): Promise<Cast & { close(): Promise<void> }> {
  const stage = await setStage()
  const watch = await startWatch(stage.folder)
  const salesSettings = await stage.credential('sales', { bound: true })
  const researchSettings = await stage.credential('research')
  const sales = await startAgent(salesSettings)
  const research = await startAgent(researchSettings)
  const cast = {
    ...{ stage, sales, salesSettings, research, researchSettings, watch },
    async close() {
      await Promise.all([sales.kill(), research.kill(), cast.watch.close()])
      await stage.close()
    },
  }
  return cast
}

const LAUNCHER = fileURLToPath(new URL('../bin/portcullis.js', import.meta.url))

/** Resolves when the watch is connected: nothing that happens later is missed. */
export async function startWatch(folder: string): Promise<Watch> {
  const child = spawn(process.execPath, [LAUNCHER, 'watch', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const listeners = new Set<(event: WatchEvent) => void>()
  const lines = createInterface({ input: child.stdout })
  const ready = once(lines, 'line')
  lines.on('line', (line) => {
    const event = JSON.parse(line) as WatchEvent
    for (const listener of listeners) listener(event)
  })
  await ready
  return {
    next: (matches, count = 1) =>
      new Promise((resolve) => {
        const seen: WatchEvent[] = []
        const listener = (event: WatchEvent) => {
          if (!matches(event)) return
          seen.push(event)
          if (seen.length < count) return
          listeners.delete(listener)
          resolve(seen)
        }
        listeners.add(listener)
      }),
    close: () => killed(child),
  }
}
