/** `npm run demo`: the main job, on real parts, each step with what it proves. */
import { type Cast, gather } from './cast.ts'
import * as agentKilled from './steps/agent-killed.ts'
import * as allowed from './steps/allowed.ts'
import * as bypass from './steps/bypass.ts'
import * as denied from './steps/denied.ts'
import * as runtimeKilled from './steps/runtime-killed.ts'
import * as tampered from './steps/tampered.ts'
import * as verified from './steps/verified.ts'
import { type Evidence, paint, printStep, type Step } from './terminal.ts'

interface Scene {
  readonly id: string
  readonly title: string
  play(cast: Cast): Promise<Evidence & { ok: boolean }>
}

const SCENES: readonly Scene[] = [
  { id: 'allowed', ...allowed },
  { id: 'denied', ...denied },
  { id: 'bypass', ...bypass },
  { id: 'agent-killed', ...agentKilled },
  { id: 'runtime-killed', ...runtimeKilled },
  { id: 'verified', ...verified },
  { id: 'tampered', ...tampered },
]

/** How long one step may take before it counts as failed, in milliseconds. */
const STEP_LIMIT = 60_000

async function perform({ id, title, play }: Scene, cast: Cast): Promise<Step> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no result after ${STEP_LIMIT / 1000} s`)),
      STEP_LIMIT,
    )
  })
  try {
    const { ok, ...evidence } = await Promise.race([play(cast), late])
    return { id, title, ok, evidence: evidence as Evidence }
  } catch (error) {
    const { message } = error as Error
    return { id, title, ok: false, evidence: { error: message, shown: [message] } }
  } finally {
    clearTimeout(timer)
  }
}

function verdict(ok: boolean): string {
  return ok ? paint('All of it holds', 'green') : paint('It does not hold', 'red')
}

async function main(json: boolean): Promise<void> {
  const begun = performance.now()
  const cast = await gather()
  const steps: Step[] = []
  try {
    for (const scene of SCENES) {
      const step = await perform(scene, cast)
      steps.push(step)
      if (!json) printStep(step, steps.length)
    }
  } finally {
    await cast.close()
  }
  const ok = steps.every((step) => step.ok)
  const seconds = Math.round((performance.now() - begun) / 100) / 10
  if (json) process.stdout.write(`${JSON.stringify({ ok, steps }, null, 2)}\n`)
  else process.stdout.write(`\n${verdict(ok)}, in ${seconds} s.\n`)
  process.exitCode = ok ? 0 : 1
}

await main(process.argv.includes('--json'))
