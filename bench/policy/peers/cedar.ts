import type { AuthorizationAnswer, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm'
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { Engine } from '../engine.ts'
import { at } from '../portcullis.ts'

export type CedarCall = Omit<StatefulAuthorizationCall, 'preparsedPolicySetId'>

interface Whole {
  readonly text: string
  readonly calls: readonly CedarCall[]
}

/** All policies in one set, parsed once. */
export function cedar(render: () => Whole): Engine {
  return {
    name: 'cedar-wasm',
    prepare: async () => {
      const { text, calls } = render()
      return {
        load: () => {
          parse('all', text)
          return { decide: (index) => permits('all', at(calls, index)) }
        },
      }
    },
  }
}

interface Sliced {
  /** Policies by the key of their head, as text. */
  readonly slices: ReadonlyMap<string, string>
  /** The keys whose policies a call can be about. */
  readonly keys: (index: number) => readonly string[]
  readonly calls: readonly CedarCall[]
}

/**
 * Sound slicing by head: only policies that cannot match are left out. A small set is parsed for
 * each combination of keys that a call has.
 */
export function slicedCedar(render: () => Sliced): Engine {
  return {
    name: 'cedar-wasm-sliced',
    prepare: async () => {
      const { slices, keys, calls } = render()
      const sets = calls.map((_, index) => keys(index).filter((key) => slices.has(key)))
      const ids = sets.map((found) => found.join(' '))
      const texts = new Map(
        sets.map((found) => [found.join(' '), found.map((key) => slices.get(key)).join('\n')]),
      )
      return {
        load: () => {
          for (const [id, text] of texts) if (id !== '') parse(id, text)
          return {
            decide: (index) => {
              const id = at(ids, index)
              return id !== '' && permits(id, at(calls, index))
            },
          }
        },
      }
    },
  }
}

function parse(id: string, text: string): void {
  const answer = preparsePolicySet(id, { staticPolicies: text })
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer).slice(0, 1_000))
}

/** An error in a policy is a mistake of the benchmark: it would skip the policy. */
function permits(preparsedPolicySetId: string, call: CedarCall): boolean {
  const answer: AuthorizationAnswer = statefulIsAuthorized({ ...call, preparsedPolicySetId })
  if (answer.type !== 'success' || answer.response.diagnostics.errors.length > 0)
    throw new Error(JSON.stringify(answer).slice(0, 1_000))
  return answer.response.decision === 'allow'
}
