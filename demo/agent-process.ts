import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AgentSettings, Order, Reply } from './agent.ts'

/** An agent running as its own process. */
export interface AgentProcess {
  /** The MCP session it opened. */
  readonly session: string
  /** The answer to a call, whole; rejects when the client was refused or the process died. */
  call(name: string, args: Record<string, unknown>): Promise<ToolAnswer>
  tools(): Promise<readonly string[]>
  /** SIGKILL; resolves with the process gone. */
  kill(): Promise<void>
}

export interface ToolAnswer {
  readonly isError?: boolean
  readonly content: readonly { readonly text?: string }[]
  readonly structuredContent?: Record<string, unknown>
  readonly _meta?: Record<string, unknown>
}

const PROGRAM = fileURLToPath(new URL('./agent.ts', import.meta.url))

/** Starts an agent and waits until it has opened its session. */
export async function startAgent(settings: AgentSettings): Promise<AgentProcess> {
  const child = fork(PROGRAM, {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, (reply: Reply) => void>()
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply))
  child.on('exit', () => {
    for (const [id, settle] of waiting) settle({ id, error: 'the agent process is gone' })
  })

  const expect = (id: number) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(id, (reply) => {
        waiting.delete(id)
        if (reply.error === undefined) resolve(reply.result)
        else reject(new Error(reply.error))
      })
    })
  const opened = expect(0) as Promise<{ session: string }>
  child.send(settings)
  const { session } = await opened

  let ids = 0
  const ask = (order: DistributiveOmit<Order, 'id'>) => {
    const id = ++ids
    const reply = expect(id)
    child.send({ ...order, id })
    return reply
  }
  return {
    session,
    call: (name, args) => ask({ call: name, args }) as Promise<ToolAnswer>,
    tools: async () =>
      ((await ask({ list: true })) as { tools: { name: string }[] }).tools.map(({ name }) => name),
    kill: () => killed(child),
  }
}

type DistributiveOmit<Union, Key extends string> = Union extends unknown ? Omit<Union, Key> : never

export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
