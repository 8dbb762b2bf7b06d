import type { Workload } from './engine.ts'
import { drive } from './graph/drive.ts'
import { repositories } from './graph/repositories.ts'
import { todo } from './graph/todo.ts'
import { graphWorkload } from './graph/workload.ts'
import { toolsWorkload } from './tools/workload.ts'

const APPS = [drive, repositories, todo]

/** `tools/1000`: the agent's tool calls under 1,000 policies; `drive/20`: a graph of 20 a kind. */
export function workloadOf(name: string): Workload {
  const [kind = '', size = ''] = name.split('/')
  if (kind === 'tools') return toolsWorkload(Number(size))
  const app = APPS.find(({ name: it }) => it === kind)
  if (app !== undefined) return graphWorkload(app, Number(size))
  throw new Error(`no workload \`${name}\``)
}
