import type { Engine } from '../engine.ts'
import { at } from '../portcullis.ts'
import { peerPackage } from './package.ts'

interface Enforcer {
  addPolicies(rows: readonly (readonly string[])[]): Promise<boolean>
  addGroupingPolicies(rows: readonly (readonly string[])[]): Promise<boolean>
  addFunction(name: string, test: (...args: readonly unknown[]) => unknown): Promise<void>
  enforceSync(...request: readonly unknown[]): boolean
}

interface Casbin {
  newModelFromString(text: string): unknown
  newEnforcer(model: unknown): Promise<Enforcer>
}

interface Rendered {
  readonly model: string
  readonly policies: readonly (readonly string[])[]
  readonly groups?: readonly (readonly string[])[]
  readonly functions?: Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
  readonly requests: readonly (readonly unknown[])[]
}

/** Conditions are rows that `eval` reads; it has no index over them. */
export function casbin(render: () => Rendered): Engine {
  return {
    name: 'casbin',
    prepare: async () => {
      const { newModelFromString, newEnforcer } = peerPackage<Casbin>('casbin')
      const { model, policies, groups = [], functions = {}, requests } = render()
      return {
        load: async () => {
          const enforcer = await newEnforcer(newModelFromString(model))
          for (const [name, test] of Object.entries(functions))
            await enforcer.addFunction(name, test)
          await enforcer.addPolicies(policies)
          if (groups.length > 0) await enforcer.addGroupingPolicies(groups)
          return { decide: (index) => enforcer.enforceSync(...at(requests, index)) }
        },
      }
    },
  }
}
