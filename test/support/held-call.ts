import type { Client, ProgressCallback } from '@modelcontextprotocol/client'
import type { RunningRuntime } from './running-runtime.ts'

export interface HeldCall {
  /** Id of the request for approval, as the client was told it. */
  readonly request: string
  readonly answer: ReturnType<Client['callTool']>
}

/** Calls `desk.echo`, and resolves when the client has heard that the call is held. */
export async function heldCall(client: Client, message: string): Promise<HeldCall> {
  const heard = Promise.withResolvers<string>()
  const onprogress: ProgressCallback = ({ message }) => heard.resolve(message ?? '')
  const call = { name: 'desk.echo', arguments: { message } }
  const answer = client.callTool(call, { onprogress, resetTimeoutOnProgress: true })
  answer.then(({ content }) => heard.reject(new Error(JSON.stringify(content))), heard.reject)
  const [, request = ''] = /^waits for approval (\S+): /.exec(await heard.promise) ?? []
  return { request, answer }
}

/** One call of `desk.echo`, and what the client reads of the answer. */
export async function echo(client: Client, message: string): Promise<string> {
  return textOf(await client.callTool({ name: 'desk.echo', arguments: { message } }))
}

export function textOf({ content }: { readonly content?: unknown }): string {
  return JSON.stringify(content)
}

/** Resolves when the receipt is durable that says the call was refused while it was still held. */
export function letGo({ runtime: { operations } }: RunningRuntime, request: string) {
  return new Promise<void>((resolve) => {
    const stop = operations.watch(({ approval, code }) => {
      if (approval !== request || code !== 'APPROVAL_PENDING') return
      stop()
      resolve()
    })
  })
}

/** Votes as one of the declared approvers, with a fresh token. */
export async function vote(
  { runtime: { operations } }: RunningRuntime,
  verdict: 'approve' | 'deny',
  { request, by = 'ada' }: { readonly request: string; readonly by?: string },
) {
  const { token } = await operations.issueApproverToken(by, {})
  return operations.voteApproval(request, { verdict }, token)
}

/** Approvers: `ada` and `bob` are supervisors, and so is `owner`, for whom `sales` acts. */
export const APPROVERS = `
[roles.supervisor]
[approvers.ada]
roles = ["supervisor"]
[approvers.bob]
roles = ["supervisor"]
[approvers.owner]
roles = ["supervisor"]
agents = ["sales"]
`
