import type { JsonObject } from '../../src/kernel/json/value.ts'
import { type InMemoryGate, inMemoryGate } from './in-memory-gate.ts'
import { ABOUT, type InMemoryUpstreams, inMemoryUpstreams } from './in-memory-upstreams.ts'

const EXTENSION = 'io.modelcontextprotocol/tasks'
const RPC = ['result', 'get', 'update', 'cancel', 'list', 'subscribe', 'unsubscribe']

export interface TaskDesk {
  readonly gate: InMemoryGate
  readonly upstreams: InMemoryUpstreams
}

/**
 * Servers whose every call makes the task `t1`, whoever calls, and who tell of it to anybody. What
 * they answer is what the test says, by method. `mute` may not be asked for its list.
 */
export function taskDesk(results: Readonly<Record<string, JsonObject>>): TaskDesk {
  const task = { taskId: 't1', status: 'working' }
  const usual: Readonly<Record<string, JsonObject>> = {
    'tools/call': { task },
    'tasks/list': { tasks: [task, { taskId: 'of another', status: 'working' }] },
  }
  const all = ['desk', 'wiki'].flatMap((server) => [
    ...[`${server}.work`, `${server}.mcp.initialize ${server}`],
    ...RPC.map((method) => `${server}.mcp.tasks.${method} ${server}`),
    ...[`${server}.mcp.elicitation.create ${server}`, `${server}.mcp.notifications*`],
  ])
  const permits = { sales: [...all, 'mute.work'], research: all }
  const gate = inMemoryGate({
    permits,
    async carryOut(action) {
      const method = action.kind === 'mcp.request' ? action.method : 'tools/call'
      return results[method] ?? usual[method] ?? task
    },
  })
  const about = {
    capabilities: { ...ABOUT.capabilities, tasks: { list: {} }, extensions: { [EXTENSION]: {} } },
  }
  return { gate, upstreams: inMemoryUpstreams({ desk: { about }, wiki: { about }, mute: {} }) }
}
