import type { Engine } from '../engine.ts'
import { at } from '../portcullis.ts'
import { peerPackage } from './package.ts'

export interface CaslRule {
  readonly action: string | readonly string[]
  readonly subject: string
  readonly inverted?: boolean
  readonly conditions?: Readonly<Record<string, unknown>>
}

interface Ability {
  can(action: string, subject: object): boolean
}

interface Casl {
  createMongoAbility(
    rules: readonly CaslRule[],
    options: { detectSubjectType: (subject: { type: string }) => string },
  ): Ability
}

interface Rendered {
  /** The rules of each caller: an ability is about one. Denies come last, the last rule wins. */
  readonly rules: ReadonlyMap<string, readonly CaslRule[]>
  readonly requests: readonly {
    readonly caller: string
    readonly action: string
    readonly subject: { readonly type: string }
  }[]
}

export function casl(render: () => Rendered): Engine {
  return {
    name: 'casl',
    prepare: async () => {
      const { createMongoAbility } = peerPackage<Casl>('@casl/ability')
      const { rules, requests } = render()
      return {
        load: () => {
          const abilities = new Map(
            [...rules].map(([caller, own]) => [
              caller,
              createMongoAbility(own, { detectSubjectType: ({ type }) => type }),
            ]),
          )
          return {
            decide: (index) => {
              const { caller, action, subject } = at(requests, index)
              return abilities.get(caller)?.can(action, subject) ?? false
            },
          }
        },
      }
    },
  }
}
