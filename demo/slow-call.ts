import { existsSync, rmSync, watch, writeFileSync } from 'node:fs'
import type { AgentProcess } from './agent-process.ts'
import { posted, type Stage } from './stage.ts'

/** A call whose upstream is at work and answers only when told to. */
export interface SlowCall {
  /** Settles as the call does; a killed agent or runtime makes it reject. */
  readonly answer: Promise<unknown>
  /** Lets the upstream answer. */
  release(): void
}

/** Calls `slack.post_digest`; resolves once Slack has begun to work on it. */
export async function slowCall(stage: Stage, agent: AgentProcess, text: string): Promise<SlowCall> {
  rmSync(stage.slack.release, { force: true })
  const begun = appears(stage, () => posted(stage).some(({ started }) => started === text))
  const answer = agent.call('slack.post_digest', { channel: '#daily', text })
  answer.catch(() => 'the caller is gone: that is the point')
  await begun
  return { answer, release: () => writeFileSync(stage.slack.release, '') }
}

/** Resolves when what Slack has written satisfies `holds`. */
export function appears(stage: Stage, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(stage.slack.file, check)
    check()
    function check() {
      if (!existsSync(stage.slack.file) || !holds()) return
      watcher.close()
      resolve()
    }
  })
}
