import type { Engine } from '../engine.ts'
import { at } from '../portcullis.ts'
import { peerPackage } from './package.ts'

interface Cel {
  parse(text: string): (context: object) => unknown
}

export interface CelRule {
  readonly effect: 'allow' | 'deny'
  readonly condition: string
}

interface Rendered {
  /** CEL is a language of conditions only: an index over them is lent to it. */
  readonly rules: ReadonlyMap<string, readonly CelRule[]>
  readonly requests: readonly { readonly keys: readonly string[]; readonly context: object }[]
}

export function cel(render: () => Rendered): Engine {
  return {
    name: 'cel-js',
    prepare: async () => {
      const { parse } = peerPackage<Cel>('@marcbachmann/cel-js')
      const { rules, requests } = render()
      return {
        load: () => {
          const compiled = new Map<string, CompiledRules>()
          for (const [key, list] of rules) {
            const compile = (effect: CelRule['effect']) =>
              list.filter((rule) => rule.effect === effect).map(({ condition }) => parse(condition))
            compiled.set(key, { denies: compile('deny'), allows: compile('allow') })
          }
          return {
            decide: (index) => {
              const { keys, context } = at(requests, index)
              const about = keys.flatMap((key) => compiled.get(key) ?? [])
              if (about.some(({ denies }) => denies.some((test) => test(context) !== false)))
                return false
              return about.some(({ allows }) => allows.some((test) => test(context) === true))
            },
          }
        },
      }
    },
  }
}

interface CompiledRules {
  readonly denies: readonly ((context: object) => unknown)[]
  readonly allows: readonly ((context: object) => unknown)[]
}
