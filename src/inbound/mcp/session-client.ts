import type { AboutClient, Gate, McpClient, McpMessage } from '../../pipeline/ports.ts'
import { messageOf } from './asks.ts'
import { guardedAsk, type Line } from './caller.ts'
import { outwardNotice } from './scopes/outward.ts'
import type { Session } from './sessions.ts'
import { isTaskNotice } from './tasks/federated-task.ts'
import type { TaskOwners } from './tasks/task-owners.ts'

/** Notifications of a server that mean something only where a request is under way. */
const OF_REQUESTS: readonly string[] = ['notifications/progress', 'notifications/cancelled']

const LIST_CHANGED = /^notifications\/(tools|resources|prompts)\/list_changed$/

/** The client of one session, as servers reach it when it waits for nothing. */
export function sessionClient(
  session: Omit<Session, 'client'>,
  about: AboutClient,
  { gate, tasks }: { readonly gate: Gate; readonly tasks: TaskOwners },
): McpClient {
  const { id, identity, channel, streams, asks, server: only } = session
  const federated = only === undefined
  const client: McpClient = {
    ...{ session: id, identity, about },
    tell(server, notification) {
      if (!federated && server !== only) return
      // That a list is another one now says nothing: whoever asks for it gets what it may see.
      if (LIST_CHANGED.test(notification.method)) {
        return streams.sendOnce(messageOf(notification.method, {}))
      }
      if (!isHeardBy(session, server, notification)) return
      const { method: told, params: of } = notification
      // A server may tell all its clients of a task of one.
      if (isTaskNotice(told) && !tasks.owns(identity, { server, task: of.taskId })) return
      const heard = gate.overheard(identity, { server, notification }, channel)
      if (heard === undefined) return
      const { method, params } = federated ? outwardNotice(server, heard) : heard
      streams.send(messageOf(method, params))
    },
    async ask(server, request, withdrawn) {
      const end = asks.begin()
      try {
        // Who listens is asked: as the one whose credential opened the stream.
        const credential = await streams.listener(asks.waitMs, withdrawn)
        const line = { ...sessionLine(session), begin: () => () => undefined }
        const parts = { client, credential, channel, line, federated }
        return await guardedAsk({ server, request, withdrawn }, parts, { gate })
      } finally {
        end()
      }
    },
  }
  return client
}

/** The way to the client of a session by what it listens to. */
export function sessionLine({ streams, asks }: Pick<Session, 'streams' | 'asks'>): Line {
  const send = (message: string) => streams.send(message)
  return {
    tell: ({ method, params }) => send(messageOf(method, params)),
    begin: () => asks.begin(),
    ask: (server, request, withdrawn) => asks.ask({ server, request, send, withdrawn }),
  }
}

function isHeardBy(
  { subscriptions }: Pick<Session, 'subscriptions'>,
  server: string,
  { method, params }: McpMessage,
): boolean {
  if (method !== 'notifications/resources/updated') return !OF_REQUESTS.includes(method)
  return typeof params.uri === 'string' && subscriptions.covers(server, params.uri)
}
